<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Status\Addresses;
use Pinrelay\WooCommerce\Status\Report;

/**
 * Decides which notice the owner sees in the admin area: at most one, the one to act on first. Pure.
 */
final class NoticeRules
{
    /** Asks whether this site is the shop or a copy of it. */
    public const QUESTION = 'question';
    /** Reminds of the answer "a copy", where it can be changed. */
    public const COPY = 'copy';
    public const EXTENSION = 'extension';
    public const RELAY_ERROR = 'trouble';
    public const PAUSED = 'paused';
    /** Consent cannot be heard, so nothing is told. */
    public const CONSENT = 'consent';
    /** Asks what to do beside Pinterest's own plugin. */
    public const DOUBLED = 'doubled';
    /** A proxy hides every visitor's address, and each visit is dropped. */
    public const HIDDEN_VISITORS = 'hidden_visitors';
    /** The database does not let the outbox's table be made. */
    public const TABLE = 'table';
    public const TEST_MODE = 'test_mode';
    /** Tells what an update has changed. */
    public const UPDATED = 'updated';

    /**
     * @param string  $site      CopyGuard's answer
     * @param string  $screen    id of the current admin screen
     * @param bool    $hasHidden whether this user has hidden the notice about the extension
     * @param int     $now       unix seconds
     * @param ?string $consent   Answers::problem()
     * @param bool    $isUpdated whether there are Changes that nobody was told
     * @return ?string one of the constants above
     */
    public static function decide(
        string $site,
        Report $report,
        string $screen,
        bool $hasHidden,
        int $now,
        ?string $consent = null,
        bool $isUpdated = false,
    ): ?string {
        $settings = $report->settings;
        $problem = self::problem($site, $report, $screen, $hasHidden, $now, $consent);
        return match (true) {
            $problem !== null => $problem,
            $isUpdated => self::UPDATED,
            $settings->apiReady() && $settings->testMode && !self::isOwnPage($screen) => self::TEST_MODE,
            default => null,
        };
    }

    private static function problem(
        string $site,
        Report $report,
        string $screen,
        bool $hasHidden,
        int $now,
        ?string $consent,
    ): ?string {
        $settings = $report->settings;
        $isOwnPage = self::isOwnPage($screen);

        return match (true) {
            $site === CopyGuard::UNDECIDED => $settings->enabled || $isOwnPage ? self::QUESTION : null,
            $site === CopyGuard::COPY => $isOwnPage ? self::COPY : null,
            $settings->apiHeld && $settings->apiWanted() => self::DOUBLED,
            $consent !== null => self::CONSENT,
            // The page itself says the rest in its status block.
            $isOwnPage => null,
            $settings->enabled && $report->isTableRefused => self::TABLE,
            $report->extension !== Extension::OK => $hasHidden && self::mayHide($settings) ? null : self::EXTENSION,
            !$settings->apiReady() => null,
            $report->relayError !== null && !$report->relayError->isPassing() => self::RELAY_ERROR,
            ($report->relay['paused'] ?? null) !== null => self::PAUSED,
            $report->hiddenAddresses($now) === Addresses::ALL => self::HIDDEN_VISITORS,
            default => null,
        };
    }

    /** A shop that wants the browser half alone need not hear of the extension again. */
    public static function mayHide(Settings $settings): bool
    {
        return !$settings->enabled || $settings->adAccountId === '';
    }

    /** Where an owner looks after the shop; a notice on every page of the admin area is not read any more. */
    public static function isPlace(string $screen): bool
    {
        return in_array($screen, ['dashboard', 'plugins', 'shop_order', 'edit-shop_order'], true)
            || str_starts_with($screen, 'woocommerce_page_')
            || str_ends_with($screen, '_page_wc-orders')
            || str_contains($screen, 'page_wc-')
            || self::isOwnPage($screen);
    }

    private static function isOwnPage(string $screen): bool
    {
        return str_ends_with($screen, '_page_' . SettingsPage::SLUG);
    }
}
