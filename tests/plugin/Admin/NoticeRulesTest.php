<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Admin;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Admin\NoticeRules;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Relay\RelayError;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Status\Report;

final class NoticeRulesTest extends TestCase
{
    private const NOW = 1795000000;
    private const HIDDEN = [
        'private_address' => ['count' => 3, 'last_at' => self::NOW - 60, 'by' => ['X-Real-IP' => 3]],
    ];
    private const PAUSED = ['paused' => ['reason' => 'unauthorized', 'since' => 1, 'http_status' => 401]];

    private static function settings(bool $enabled = true, string $account = '5', bool $test = false): Settings
    {
        return new Settings($enabled, '26', $account, $account === '' ? '' : 'pina', $test);
    }

    private static function decide(
        ?Settings $settings = null,
        string $extension = Extension::OK,
        ?array $relay = ['paused' => null],
        ?RelayError $relayError = null,
        string $site = CopyGuard::SHOP,
        string $screen = 'dashboard',
        bool $hasHidden = false,
        array $drops = [],
        ?int $lastPassed = null,
        ?string $consent = null,
        bool $isUpdated = false,
    ): ?string {
        $report = new Report(
            $settings ?? self::settings(),
            $extension,
            null,
            $relay,
            $relayError,
            [],
            [],
            drops: $drops,
            lastPassed: $lastPassed,
        );
        return NoticeRules::decide($site, $report, $screen, $hasHidden, self::NOW, $consent, $isUpdated);
    }

    public function testAShopThatWorksIsNotDisturbed(): void
    {
        self::assertNull(self::decide());
    }

    private static function doubled(): Settings
    {
        return new Settings(enabled: true, adAccountId: '5', accessToken: 'pina_x', apiHeld: true);
    }

    /** @return array<string, array{?string, array<string, mixed>}> the notice, and what makes it */
    public static function notices(): array
    {
        return [
            'no extension' => ['extension', ['extension' => Extension::MISSING]],
            'old extension' => ['extension', ['extension' => Extension::OLD]],
            'no extension, not configured' => ['extension', [
                'extension' => Extension::MISSING,
                'settings' => new Settings(),
            ]],
            'spool' => ['trouble', ['relayError' => new RelayError('full', '')]],
            'spool ready in a minute' => [null, ['relayError' => new RelayError(RelayError::UNPROBED, '')]],
            'paused' => ['paused', ['relay' => self::PAUSED]],
            'every visit dropped for a private address' => ['hidden_visitors', ['drops' => self::HIDDEN]],
            'the same until lately' => ['hidden_visitors', [
                'drops' => self::HIDDEN,
                'lastPassed' => self::NOW - 7 * 3600,
            ]],
            'some visits dropped so' => [null, ['drops' => self::HIDDEN, 'lastPassed' => self::NOW - 120]],
            'all of them, in the browser half alone' => [null, [
                'drops' => self::HIDDEN,
                'settings' => self::settings(account: ''),
            ]],
            'consent that is never heard' => ['consent', ['consent' => 'no_type']],
            'consent that is never heard, on our page' => ['consent', [
                'consent' => 'no_allow',
                'screen' => 'woocommerce_page_pinrelay',
            ]],
            'test mode' => ['test_mode', ['settings' => self::settings(test: true)]],
            'an update' => ['updated', ['isUpdated' => true]],
            'an update, on our page' => ['updated', ['isUpdated' => true, 'screen' => 'woocommerce_page_pinrelay']],
            'an update of a shop that is switched off' => ['updated', [
                'isUpdated' => true,
                'settings' => self::settings(enabled: false),
            ]],
            'an update in test mode' => ['updated', ['isUpdated' => true, 'settings' => self::settings(test: true)]],
            'an update, but first what is wrong' => ['paused', ['isUpdated' => true, 'relay' => self::PAUSED]],
            'test mode, on our page' => [null, [
                'settings' => self::settings(test: true),
                'screen' => 'woocommerce_page_pinrelay',
            ]],
            'another server half' => ['doubled', ['settings' => self::doubled()]],
            'another server half, on our page' => ['doubled', [
                'settings' => self::doubled(),
                'screen' => 'woocommerce_page_pinrelay',
            ]],
            'may be a copy' => ['question', ['site' => CopyGuard::UNDECIDED]],
            'may be a copy, but switched off' => [null, [
                'site' => CopyGuard::UNDECIDED,
                'settings' => self::settings(enabled: false),
            ]],
            'is a copy' => [null, ['site' => CopyGuard::COPY, 'extension' => Extension::MISSING]],
            'is a copy, on our page' => ['copy', ['site' => CopyGuard::COPY, 'screen' => 'woocommerce_page_pinrelay']],
            'one notice at a time' => ['extension', [
                'extension' => Extension::MISSING,
                'relay' => self::PAUSED,
                'relayError' => new RelayError('full', ''),
                'settings' => self::settings(test: true),
            ]],
        ];
    }

    /** @dataProvider notices */
    #[DataProvider('notices')]
    public function testWhatToActOnFirstIsShown(?string $notice, array $facts): void
    {
        self::assertSame($notice, self::decide(...$facts));
    }

    public function testNoticesStandWhereTheShopIsLookedAfterAndNowhereElse(): void
    {
        $places = [
            'dashboard', 'plugins', 'woocommerce_page_wc-orders', 'woocommerce_page_wc-settings', 'edit-shop_order',
            'woocommerce_page_pinrelay',
        ];
        foreach ($places as $screen) {
            self::assertTrue(NoticeRules::isPlace($screen), $screen);
        }
        foreach (['edit-post', 'post', 'upload', 'settings_page_other', ''] as $screen) {
            self::assertFalse(NoticeRules::isPlace($screen), $screen);
        }
    }

    public function testOurOwnPageSaysItInItsStatus(): void
    {
        $screen = 'woocommerce_page_pinrelay';
        self::assertNull(self::decide(extension: Extension::MISSING, screen: $screen));
        self::assertNull(self::decide(relay: self::PAUSED, screen: $screen));
    }

    public function testTheExtensionIsNotMentionedAgainToWhoWantsTheBrowserHalfAlone(): void
    {
        $missing = ['extension' => Extension::MISSING, 'hasHidden' => true];
        self::assertNull(self::decide(...$missing, settings: self::settings(account: '')));
        self::assertSame('extension', self::decide(...$missing, settings: self::settings()));
    }

    public function testAShopThatIsSwitchedOffHearsOfTheExtensionOnly(): void
    {
        $off = self::settings(enabled: false);
        self::assertNull(self::decide(settings: $off, relay: self::PAUSED, relayError: new RelayError('full', '')));
        self::assertSame('extension', self::decide(settings: $off, extension: Extension::MISSING));
    }
}
