<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Coexistence;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Coexistence\OfficialPlugin;
use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Status\Messages;
use Pinrelay\WooCommerce\Tests\Rig;

final class CoexistenceTest extends TestCase
{
    /** @return list<array{mixed, bool}> */
    public static function otherPluginsSettings(): array
    {
        return [
            [['track_conversions' => true, 'track_conversions_capi' => true], true],
            [['track_conversions' => '1', 'track_conversions_capi' => '1'], true],
            [['track_conversions' => true, 'track_conversions_capi' => false], false],
            [['track_conversions' => false, 'track_conversions_capi' => true], false],
            [['track_conversions_capi' => true], false],
            [[], false],
            [false, false],
            ['', false],
        ];
    }

    /** @dataProvider otherPluginsSettings */
    #[DataProvider('otherPluginsSettings')]
    public function testTheOfficialPluginSendsOnlyWhereBothItsSwitchesAreOn(mixed $settings, bool $on): void
    {
        self::assertSame($on, OfficialPlugin::isSwitchedOn($settings));
        self::assertFalse(OfficialPlugin::sendsFromServer(), 'not active here');
    }

    public function testOurServerHalfIsHeldBackAndTheBrowserHalfIsNot(): void
    {
        $stored = ['enabled' => true, 'tag_id' => '26', 'ad_account_id' => '5', 'access_token' => 'pina_x'];
        $held = SettingsStore::make($stored, new Constants(), apiHeld: true);
        self::assertSame([true, true, false], [$held->tagReady(), $held->apiWanted(), $held->apiReady()]);
        $free = SettingsStore::make($stored, new Constants());
        self::assertTrue($free->apiReady());
    }

    public function testAnOrderWaitsWhileTheServerHalfIsHeldBackAndIsSentAfterwards(): void
    {
        Rig::reset();
        $rig = new Rig(apiHeld: true);
        do_action('woocommerce_payment_complete', (new \WC_Order())->get_id());
        self::assertSame([OutboxRow::PENDING, []], [$rig->row()->state, Relay::$captured]);
        $free = new Rig();
        $free->tick->run(time());
        self::assertCount(1, Relay::$captured);
    }

    /** @return list<array{mixed, list<string>}> */
    public static function reports(): array
    {
        return [
            [['26', '27', '26'], ['26', '27']],
            [['', '26'], ['', '26']],
            [['<b>', '26x'], ['']],
            [['1234567890123456789'], ['']],
            [[['26']], []],
            ['26', []],
            [null, []],
            [['1', '2', '3', '4', '5', '6'], ['1', '2', '3', '4', '5']],
        ];
    }

    /** @dataProvider reports */
    #[DataProvider('reports')]
    public function testAReportOfOtherTagsHoldsIdsAndNothingElse(mixed $tags, array $kept): void
    {
        self::assertSame($kept, SecondTag::clean($tags));
    }

    public function testTheOwnerReadsWhichTagIsTooMany(): void
    {
        self::assertNull(Messages::secondTag([], '26'));
        self::assertStringContainsString('(27)', (string) Messages::secondTag(['27'], '26'));
        $twice = (string) Messages::secondTag(['26'], '26');
        self::assertStringContainsString('your Pinterest tag a second time', $twice);
        self::assertStringNotContainsString('()', (string) Messages::secondTag([''], '26'));
    }
}
