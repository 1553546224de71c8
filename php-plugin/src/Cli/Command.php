<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Orders\Outbox;
use Pinrelay\WooCommerce\Orders\Tick;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Relay\Trouble;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Status\Probe;
use Pinrelay\WooCommerce\Status\Report;
use Pinrelay\WooCommerce\Status\Words;

/**
 * Looks after Pinrelay from the command line. Every command ends with 0 when all is done, 1 on an error, and 2 when
 * work is left.
 *
 * Run it as the user that the web server's PHP runs as: the waiting events belong to that user.
 */
final class Command
{
    private const DONE = 0;
    private const ERROR = 1;
    private const WORK_LEFT = 2;

    public function __construct(
        private readonly SettingsStore $store,
        private readonly RelayFactory $relays,
        private readonly Outbox $outbox,
        private readonly Tick $tick,
    ) {
    }

    /**
     * Tells how things stand. Ends with 1 when something needs a hand, 2 when work is left.
     *
     * ## OPTIONS
     *
     * [--format=<format>]
     * : "text" or "json".
     * ---
     * default: text
     * options:
     *   - text
     *   - json
     * ---
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function status(array $arguments, array $options): void
    {
        $report = $this->report();
        $facts = [
            'extension' => $report->extension,
            'version' => $report->version,
            'enabled' => $report->settings->enabled,
            'held' => $report->settings->held,
            'destination' => $report->settings->destination(),
            'orders' => $report->counts,
            'verdicts' => $report->verdicts,
            'trouble' => $report->trouble === null ? null : [
                'reason' => $report->trouble->reason,
                'message' => $report->trouble->message,
            ],
            'relay' => $report->relay,
        ];
        if (($options['format'] ?? 'text') === 'json') {
            \WP_CLI::line((string) wp_json_encode($facts, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES));
        } else {
            array_map(\WP_CLI::line(...), self::flat($facts));
            array_map(\WP_CLI::warning(...), self::worries($report));
        }
        \WP_CLI::halt(match (true) {
            $report->isBroken() => self::ERROR,
            $report->isWorkLeft() => self::WORK_LEFT,
            default => self::DONE,
        });
    }

    /**
     * Delivers what waits, in this process or by waking the sender in another, and waits for the answers.
     *
     * ## OPTIONS
     *
     * [--seconds=<seconds>]
     * : How long at most.
     * ---
     * default: 30
     * ---
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function drain(array $arguments, array $options): void
    {
        $seconds = $options['seconds'] ?? '30';
        if (!is_numeric($seconds) || (float) $seconds <= 0.0) {
            \WP_CLI::error('--seconds: not a number above zero.');
        }
        $this->spoolOrEnd();
        $this->tick->run(time(), (float) $seconds);
        $delivered = 0;
        foreach (array_unique([$this->store->settings()->destination(), ...$this->outbox->destinations()]) as $name) {
            $delivered += $this->drainOne($name, (float) $seconds);
        }
        $this->tick->run(time());
        \WP_CLI::line(sprintf('%d events delivered.', $delivered));
        $this->end();
    }

    /**
     * Does one round of looking after the orders, as WP-Cron does each minute.
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function tick(array $arguments, array $options): void
    {
        $this->tick->run(time(), 30.0);
        $this->end();
    }

    /**
     * Sends one test event, which Pinterest checks and does not record, and tells the answer.
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function test(array $arguments, array $options): void
    {
        $probe = Probe::ask($this->store->settings(), $this->relays, home_url('/'), time());
        \WP_CLI::line($probe->words);
        if ($probe->detail !== '') {
            \WP_CLI::line($probe->detail);
        }
        \WP_CLI::halt($probe->isAccepted ? self::DONE : self::ERROR);
    }

    private function drainOne(string $destination, float $seconds): int
    {
        try {
            return (int) ($this->relays->relayFor($destination)?->drain($seconds)['delivered'] ?? 0);
        } catch (\Throwable $thrown) {
            $this->relays->failed('drain', $thrown);
            return 0;
        }
    }

    /** Ends where this process cannot use the spool: somebody else's, or none at all. */
    private function spoolOrEnd(): void
    {
        if ($this->relays->node() !== null) {
            return;
        }
        $settings = $this->store->settings();
        $trouble = $this->relays->trouble();
        \WP_CLI::error(match (true) {
            Probe::hindrance($settings) !== null => Extension::state() === Extension::OK
                ? (string) Probe::hindrance($settings)
                : 'This PHP has no Pinrelay extension, or one that is too old; the web server\'s may have it.',
            $trouble !== null => self::troubleWords($trouble),
            default => 'Nothing can be sent at the moment.',
        });
    }

    /** Ends with what is left to do. */
    private function end(): never
    {
        $report = $this->report();
        \WP_CLI::line(sprintf('%d orders wait.', $report->ordersWaiting()));
        array_map(\WP_CLI::warning(...), self::worries($report));
        \WP_CLI::halt(match (true) {
            $report->isBroken() => self::ERROR,
            $report->isWorkLeft() => self::WORK_LEFT,
            default => self::DONE,
        });
    }

    private function report(): Report
    {
        return Report::gather($this->store->settings(), $this->relays, $this->outbox);
    }

    /** @return list<string> what needs a hand */
    private static function worries(Report $report): array
    {
        $isWanted = $report->settings->apiReady();
        $paused = $report->relay['paused'] ?? null;
        return array_values(array_filter([
            $isWanted && $report->extension !== Extension::OK
                ? 'This PHP has no Pinrelay extension, or one that is too old; the web server\'s may have it.'
                : '',
            $report->trouble === null ? '' : self::troubleWords($report->trouble),
            $paused === null ? '' : Words::paused($paused),
        ]));
    }

    /** At a terminal the wrong user is most likely the one who typed the command, and not the web server's. */
    private static function troubleWords(Trouble $trouble): string
    {
        return $trouble->reason === 'foreign_owner'
            ? self::withNames($trouble->message)
            : Words::trouble($trouble) . ' ' . $trouble->message;
    }

    /** "user 33" as "user 33 (www-data)": what one types after `sudo -u`. */
    private static function withNames(string $message): string
    {
        return (string) preg_replace_callback('/\buser (\d+)/', static function (array $found): string {
            $user = function_exists('posix_getpwuid') ? posix_getpwuid((int) $found[1]) : false;
            return $found[0] . ($user === false ? '' : " ({$user['name']})");
        }, $message);
    }

    /**
     * @param array<string, mixed> $facts
     * @return list<string> "a.b: value" lines
     */
    private static function flat(array $facts, string $path = ''): array
    {
        $lines = [];
        foreach ($facts as $name => $value) {
            $here = $path === '' ? (string) $name : "{$path}.{$name}";
            array_push($lines, ...(is_array($value) && $value !== [] ? self::flat($value, $here) : [
                $here . ': ' . (is_string($value) ? $value : (string) wp_json_encode($value)),
            ]));
        }
        return $lines;
    }
}
