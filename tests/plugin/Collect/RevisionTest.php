<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\LiveConfig;
use Pinrelay\WooCommerce\Collect\Revision;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class RevisionTest extends TestCase
{
    private const NOW = 1795000000;

    public function testItRisesWithEachChangeAndOnlyThen(): void
    {
        $state = Revision::next([], 'a', self::NOW, 0);
        self::assertSame(self::NOW, $state['revision']);
        self::assertNull(Revision::next($state, 'a', self::NOW + 5, self::NOW));
        $state = Revision::next($state, 'b', self::NOW, self::NOW) + $state;
        self::assertSame(self::NOW + 1, $state['revision'], 'twice in a second');
        $state = Revision::next($state, 'a', self::NOW - 3600, self::NOW + 1) + $state;
        self::assertSame(self::NOW + 2, $state['revision'], 'a clock that was set back');
        self::assertTrue(Revision::isOf($state, 'a'));
    }

    public function testADatabaseThatIsOlderThanTheFileComesAfterIt(): void
    {
        $state = ['revision' => self::NOW];
        self::assertNull(Revision::afterRestore($state, self::NOW, self::NOW + 9));
        self::assertSame(self::NOW + 91, Revision::afterRestore($state, self::NOW + 90, self::NOW + 9)['revision']);
        self::assertSame(self::NOW + 900, Revision::afterRestore($state, self::NOW + 90, self::NOW + 900)['revision']);
    }

    public function testAFilterThatAnswersEachRequestDifferentlyDoesNotMakeEachOfThemWrite(): void
    {
        $state = [];
        $writes = 0;
        for ($request = 0; $request < 200; ++$request) {
            $changes = Revision::next($state, (string) ($request % 2), self::NOW, $state['revision'] ?? 0);
            $writes += $changes === null ? 0 : 1;
            $state = ($changes ?? []) + $state;
        }
        self::assertLessThanOrEqual(20, $writes);
        self::assertNotNull(Revision::next($state, 'new', self::NOW + 60, $state['revision']));
    }

    public function testSettingsThatWereReadBeforeSomebodyNoticedOthersAreNotNewer(): void
    {
        $state = Revision::next([], 'new', self::NOW, 0);
        self::assertNull(Revision::next($state, 'old', self::NOW + 5, 0));
        self::assertNotNull(Revision::next($state, 'newer', self::NOW + 5, self::NOW));
    }

    public function testOneNumberStandsForAllThatCollectPhpWorksBy(): void
    {
        $of = static function (array $settings = [], array $constants = [], bool $apiHeld = false): string {
            $rig = new Rig($settings, $constants, $apiHeld);
            return (new LiveConfig($rig->store, $rig->relays, 'secret'))->fingerprint();
        };
        Rig::reset();
        $prints = [
            'as it is' => $of(),
            'an event' => $of(['events' => ['search' => ['api' => false]]]),
            'the consent mode' => $of(['consent' => 'filter']),
            'a trusted header' => $of(['trusted_headers' => ['X-Real-IP']]),
            'a US state' => $of(['ldp_states' => ['CA']]),
            'the account' => $of(['ad_account_id' => '549755885176']),
            'test mode, by a constant' => $of([], ['TEST_MODE' => true]),
            "another plugin's server half" => $of([], [], true),
        ];
        Site::$home = 'https://new.example';
        $prints['the address'] = $of();
        Site::$home = 'https://shop.example';
        self::assertSame(count($prints), count(array_unique($prints)));
        self::assertSame($prints['as it is'], $of());
        self::assertSame($prints['as it is'], $of(['tag_id' => '2612345678902']), 'the tag is none of its business');
        self::assertSame($prints['as it is'], $of([], ['SPOOL_DIR' => '/elsewhere']), 'web servers may differ in that');
    }
}
