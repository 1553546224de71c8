<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Relay;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\ConfigException;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class RelayFactoryTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
    }

    public function testTheRelayKnowsTheSettingsInEffect(): void
    {
        (new Rig(['test_mode' => true]))->relays->relay();
        self::assertSame([
            'site' => 'shop.example',
            'ad_account_id' => Rig::ACCOUNT,
            'spool_dir' => '/spool',
            'access_token' => 'pina_secret',
            'tag_id' => '2612345678901',
            'test' => true,
            'enabled' => true,
            'api_base' => 'https://api.pinterest.com/v5',
            'generation' => 1795000000,
            'late' => 'return',
        ], Relay::$made[0]);
    }

    public function testARequestMakesOneRelay(): void
    {
        $rig = new Rig();
        self::assertSame($rig->relays->relay(), $rig->relays->relay());
        self::assertCount(1, Relay::$made);
    }

    public function testAChangedSettingRaisesTheGenerationOfTheNextRequest(): void
    {
        (new Rig())->relays->relay();
        (new Rig(['access_token' => 'pina_new']))->relays->relay();
        (new Rig(['access_token' => 'pina_new'], ['ACCESS_TOKEN' => 'pina_constant']))->relays->relay();
        self::assertSame([0, 1, 2], array_map(
            static fn (int $generation): int => $generation - 1795000000,
            array_column(Relay::$made, 'generation'),
        ));
    }

    public function testADatabaseThatIsOlderThanItsSpoolSendsAgainFromTheNextRelayOn(): void
    {
        $rig = new Rig();
        $rig->relays->relay();
        $rig->relays->hear(['generation' => 1795000900]);
        $rig->relays->relay();
        (new Rig())->relays->relay();
        self::assertSame([1795000000, 1795000901, 1795000901], array_column(Relay::$made, 'generation'));
        self::assertStringContainsString('older than the spool', implode(Site::$log));
    }

    public function testASpoolThatIsAheadOfThisProcessAloneChangesNothing(): void
    {
        $rig = new Rig();
        $rig->state->put(['generation' => 1795000900]);
        $saved = get_option('pinrelay_state');
        $rig->relays->hear(['generation' => 1795000900]);
        $rig->relays->hear([]);
        self::assertSame([$saved, []], [get_option('pinrelay_state'), Site::$log]);
    }

    /** @return array<string, array{array<string, mixed>}> */
    public static function unready(): array
    {
        return [
            'switched off' => [['enabled' => false]],
            'no account' => [['ad_account_id' => '']],
            'no token' => [['access_token' => '']],
        ];
    }

    /** @dataProvider unready */
    #[DataProvider('unready')]
    public function testAShopThatIsNotReadyMakesNone(array $settings): void
    {
        self::assertNull((new Rig($settings))->relays->relay());
        self::assertSame([], Relay::$made);
    }

    /** @return array<string, array{\Throwable, string}> */
    public static function refusals(): array
    {
        return [
            'spool' => [new SpoolException('owned by uid 0', 'foreign_owner'), 'foreign_owner'],
            'options' => [new ConfigException('site: too long'), 'config'],
            'panic' => [new \Error('pina_secret'), 'broken'],
        ];
    }

    /** @dataProvider refusals */
    #[DataProvider('refusals')]
    public function testItNeverThrowsAndKnowsWhy(\Throwable $thrown, string $reason): void
    {
        Relay::$throws['__construct'] = $thrown;
        $rig = new Rig();
        self::assertNull($rig->relays->relay());
        self::assertNull($rig->relays->node());
        self::assertSame($reason, $rig->relays->error()->reason);
        self::assertCount(1, Site::$log, 'tried once in a request');
        self::assertStringNotContainsString('pina_secret', Site::$log[0] . $rig->relays->error()->message);
    }

    public function testAStrangersDestinationMakesNone(): void
    {
        self::assertNull((new Rig())->relays->relayFor('987'));
    }

    public function testAnExtensionOfALowerLevelIsTooOldAndAHigherOneIsFine(): void
    {
        self::assertSame(
            [Extension::OLD, Extension::OK, Extension::OK],
            array_map(Extension::ofLevel(...), [0, 1, 2]),
        );
    }
}
