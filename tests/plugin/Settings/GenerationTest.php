<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Settings;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Settings\Generation;
use Pinrelay\WooCommerce\Settings\Settings;

final class GenerationTest extends TestCase
{
    private const NOW = 1795000000;
    private const SECRET = 'install secret';

    private static function settings(
        string $account = '5',
        string $token = 'pina_one',
        bool $test = false,
        bool $enabled = true,
        string $apiBase = Settings::API_BASE,
        string $tag = '26',
    ): Settings {
        return new Settings(
            enabled: $enabled,
            tagId: $tag,
            adAccountId: $account,
            accessToken: $token,
            testMode: $test,
            apiBase: $apiBase,
        );
    }

    private static function after(Settings ...$settings): array
    {
        $state = [];
        foreach ($settings as $each) {
            $state = Generation::next($state, $each, true, self::SECRET, self::NOW) ?? $state;
        }
        return $state;
    }

    public function testTheFirstLookGivesAGeneration(): void
    {
        self::assertSame(self::NOW, self::after(self::settings())['generation']);
    }

    public function testUnchangedSettingsChangeNothing(): void
    {
        $state = self::after(self::settings());
        self::assertNull(Generation::next($state, self::settings(), true, self::SECRET, self::NOW + 9));
    }

    /** @return array<string, array{Settings}> */
    public static function changes(): array
    {
        return [
            'account' => [self::settings(account: '6')],
            'token' => [self::settings(token: 'pina_two')],
            'test mode' => [self::settings(test: true)],
            'switched off' => [self::settings(enabled: false)],
            'address' => [self::settings(apiBase: 'http://127.0.0.1:4000/v5')],
        ];
    }

    /** @dataProvider changes */
    #[DataProvider('changes')]
    public function testWhatMattersForDeliveryRaisesIt(Settings $changed): void
    {
        self::assertSame(self::NOW + 1, self::after(self::settings(), $changed)['generation']);
    }

    public function testWhatDoesNotMatterForDeliveryLeavesIt(): void
    {
        self::assertSame(self::NOW, self::after(self::settings(), self::settings(tag: '27'))['generation']);
    }

    public function testItNeverFallsWhenSettingsComeBack(): void
    {
        $state = self::after(self::settings(), self::settings(token: 'pina_two'), self::settings());
        self::assertSame(self::NOW + 2, $state['generation']);
    }

    public function testSettingsOfARestoredDatabaseThatChangeAreNewerThanAllThatWereBefore(): void
    {
        $backup = self::after(self::settings());
        $lost = self::NOW + 60;
        Generation::next($backup, self::settings(token: 'pina_two'), true, self::SECRET, $lost);
        $state = Generation::next($backup, self::settings(token: 'pina_three'), true, self::SECRET, $lost + 60);
        self::assertGreaterThan($lost, $state['generation']);
    }

    public function testAClockThatWasSetBackDoesNotMakeItFall(): void
    {
        $state = self::after(self::settings());
        $state = Generation::next($state, self::settings(token: 'pina_two'), true, self::SECRET, self::NOW - 86400);
        self::assertSame(self::NOW + 1, $state['generation']);
    }

    public function testAStateThatIsOlderThanItsSpoolCatchesUp(): void
    {
        $state = self::after(self::settings());
        $ahead = self::NOW + 500;
        self::assertSame(
            ['generation' => $ahead + 1],
            Generation::afterRestore($state, self::settings(), $ahead, self::SECRET),
        );
        self::assertNull(Generation::afterRestore($state, self::settings(), self::NOW, self::SECRET), 'not older');
    }

    public function testAProcessWithOldSettingsDoesNotMakeThemTheNewestAgain(): void
    {
        $state = self::after(self::settings(), self::settings(token: 'pina_two'));
        self::assertNull(Generation::afterRestore($state, self::settings(), self::NOW + 500, self::SECRET));
    }

    public function testOtherKeysOfTheStateAreKept(): void
    {
        $state = Generation::next(['activated_at' => 7], self::settings(), true, self::SECRET, self::NOW);
        self::assertSame(7, $state['activated_at']);
    }

    public function testAnAccountLeftBehindRetiresForSevenDays(): void
    {
        $state = self::after(self::settings(), self::settings(account: '6', token: 'pina_six'));
        self::assertSame(['5'], array_map('strval', array_keys($state['retired'])));
        self::assertSame(
            [
                'until' => self::NOW + 7 * 86400,
                'ad_account_id' => '5',
                'test' => false,
                'access_token' => 'pina_one',
                'api_base' => Settings::API_BASE,
            ],
            $state['retired']['5'],
        );
    }

    public function testTheTestFlagAloneMakesAnotherDestination(): void
    {
        self::assertArrayHasKey('5', self::after(self::settings(), self::settings(test: true))['retired']);
    }

    public function testANewTokenForTheSameAccountRetiresNothing(): void
    {
        self::assertSame([], self::after(self::settings(), self::settings(token: 'pina_two'))['retired']);
    }

    public function testAnAccountThatComesBackIsNotRetired(): void
    {
        $state = self::after(self::settings(), self::settings(account: '6'), self::settings());
        self::assertSame(['6'], array_map('strval', array_keys($state['retired'])));
    }

    public function testARetiredAccountIsForgottenAfterItsTime(): void
    {
        $state = self::after(self::settings(), self::settings(account: '6'));
        $later = self::NOW + 8 * 86400;
        $state = Generation::next($state, self::settings(account: '6', token: 'x'), true, self::SECRET, $later);
        self::assertSame([], $state['retired']);
    }

    public function testItsTokenGoesAtItsTermThoughTheSettingsStayAsTheyAre(): void
    {
        $state = self::after(self::settings(), self::settings(account: '6'));
        self::assertNull(Generation::tidy($state, true, self::NOW + 7 * 86400 - 1));
        $tidy = Generation::tidy($state, true, self::NOW + 7 * 86400);
        self::assertSame([], $tidy['retired']);
        self::assertSame($state['generation'], $tidy['generation'], 'no change of the settings');
        self::assertNull(Generation::tidy($tidy, true, self::NOW + 8 * 86400), 'once');
    }

    public function testDeletingTheTokenDeletesAllOfThem(): void
    {
        $state = self::after(
            self::settings(token: 'pina_one'),
            self::settings(account: '6', token: 'pina_two'),
            self::settings(account: '7', token: 'pina_three'),
        );
        self::assertStringContainsString('pina_one', serialize($state));
        $tidy = Generation::tidy($state, false, self::NOW);
        self::assertStringNotContainsString('pina_', serialize($tidy));
        self::assertSame([5, 6], array_keys($tidy['retired']), 'they are drained with the next token');
        self::assertNull(Generation::tidy($tidy, false, self::NOW));
    }

    public function testATokenOfWpConfigIsNotWrittenToTheDatabase(): void
    {
        $state = Generation::next([], self::settings(), false, self::SECRET, self::NOW);
        $state = Generation::next($state, self::settings(account: '6'), false, self::SECRET, self::NOW);
        self::assertStringNotContainsString('pina_one', serialize($state));
    }
}
