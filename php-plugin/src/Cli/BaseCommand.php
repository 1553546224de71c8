<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Relay\RelayError;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Status\Addresses;
use Pinrelay\WooCommerce\Status\Messages;
use Pinrelay\WooCommerce\Status\Probe;
use Pinrelay\WooCommerce\Status\Report;

/** What all commands share: exit codes, and what they print when nothing can be done. */
final class BaseCommand
{
    public const DONE = 0;
    public const ERROR = 1;
    public const WORK_LEFT = 2;

    public function __construct(
        private readonly SettingsStore $store,
        private readonly RelayFactory $relays,
        private readonly OutboxTransitions $outbox,
    ) {
    }

    /** The Relay of the settings in effect, with a spool that is this user's; or the command ends with the reason. */
    public function relayOrEnd(): Relay
    {
        $relay = $this->relays->relay();
        if ($relay === null || $this->relays->node() === null) {
            $error = $this->relays->error();
            $hindrance = Probe::hindrance($this->store->settings());
            \WP_CLI::error(match (true) {
                $hindrance !== null => Extension::state() === Extension::OK ? $hindrance : self::noExtension(),
                $error !== null => self::errorText($error),
                default => 'Nothing can be sent at the moment.',
            });
        }
        return $relay;
    }

    public function report(): Report
    {
        return Report::gather($this->store->settings(), $this->relays, $this->outbox);
    }

    /** Ends with what is left to do. */
    public function end(): never
    {
        $report = $this->report();
        \WP_CLI::line(sprintf('%d orders wait.', $report->ordersWaiting()));
        array_map(\WP_CLI::warning(...), self::worries($report));
        self::halt($report);
    }

    public static function halt(Report $report): never
    {
        \WP_CLI::halt(match (true) {
            $report->isBroken() => self::ERROR,
            $report->isWorkLeft() => self::WORK_LEFT,
            default => self::DONE,
        });
    }

    /** @return list<string> what needs a hand */
    public static function worries(Report $report): array
    {
        $paused = $report->relay['paused'] ?? null;
        return array_values(array_filter([
            $report->isTableRefused ? Messages::table() : '',
            $report->settings->apiReady() && $report->extension !== Extension::OK ? self::noExtension() : '',
            $report->relayError === null ? '' : self::errorText($report->relayError),
            $paused === null ? '' : Messages::paused($paused),
            $report->hiddenAddresses(time()) === null ? '' : Addresses::words(Addresses::headers($report->drops)),
        ]));
    }

    private static function noExtension(): string
    {
        return 'This PHP has no Pinrelay extension, or one that is too old; the web server\'s may have it.';
    }

    /** At a terminal the wrong user is most likely the one who typed the command, and not the web server's. */
    private static function errorText(RelayError $error): string
    {
        return $error->reason === 'foreign_owner'
            ? self::withNames($error->message)
            : Messages::relayError($error) . ' ' . $error->message;
    }

    /** "user 33" as "user 33 (www-data)": what one types after `sudo -u`. */
    private static function withNames(string $message): string
    {
        return (string) preg_replace_callback('/\buser (\d+)/', static function (array $found): string {
            $user = function_exists('posix_getpwuid') ? posix_getpwuid((int) $found[1]) : false;
            return $found[0] . ($user === false ? '' : " ({$user['name']})");
        }, $message);
    }
}
