<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Orders\Tick;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Status\Probe;

/**
 * Looks after Pinrelay from the command line. Every command ends with 0 when all is done, 1 on an error, and 2 when
 * work is left.
 *
 * Run it as the user that the web server's PHP runs as: the waiting events belong to that user.
 */
final class Command
{
    public function __construct(
        private readonly SettingsStore $store,
        private readonly RelayFactory $relays,
        private readonly OutboxTransitions $outbox,
        private readonly Tick $tick,
        private readonly ReconcileJobs $jobs,
        private readonly BaseCommand $base,
    ) {
    }

    /**
     * Shows the status. Ends with 1 when something needs a hand, 2 when work is left.
     *
     * ## OPTIONS
     *
     * [--recount]
     * : Counts all orders anew first, which a large shop takes some seconds for. It also happens once a day.
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
        if (isset($options['recount'])) {
            $this->outbox->recount();
        }
        $report = $this->base->report();
        $facts = [
            'extension' => $report->extension,
            'version' => $report->version,
            'enabled' => $report->settings->enabled,
            'held' => $report->settings->held,
            'destination' => $report->settings->destination(),
            'orders' => $report->counts,
            'verdicts' => $report->verdicts,
            'ended_after_delivery' => $report->ended,
            'browser_halves_of_7_days' => $report->browser,
            'dropped' => $report->drops,
            'other_tags' => SecondTag::known(),
            'held_by_other_plugin' => $report->settings->apiHeld,
            'trouble' => $report->relayError === null ? null : [
                'reason' => $report->relayError->reason,
                'message' => $report->relayError->message,
            ],
            'relay' => $report->relay,
        ];
        if (($options['format'] ?? 'text') === 'json') {
            \WP_CLI::line((string) wp_json_encode($facts, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES));
        } else {
            array_map(\WP_CLI::line(...), self::flat($facts));
            array_map(\WP_CLI::warning(...), BaseCommand::worries($report));
        }
        BaseCommand::halt($report);
    }

    /**
     * Delivers what waits, in this process or by waking the sender in another, and waits for the answers. Looks for
     * missed orders first, when that is due.
     *
     * For a system cron: * * * * * wp --path=<folder of WordPress> pinrelay drain --quiet
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
        $this->base->relayOrEnd();
        $this->jobs->catchUp(time(), (float) $seconds);
        $this->tick->run(time(), (float) $seconds);
        $delivered = 0;
        foreach (array_unique([$this->store->settings()->destination(), ...$this->outbox->destinations()]) as $name) {
            $delivered += $this->drainOne($name, (float) $seconds);
        }
        $this->tick->run(time());
        \WP_CLI::line(sprintf('%d events delivered.', $delivered));
        $this->base->end();
    }

    /**
     * Does one round of looking after the orders, as WP-Cron does each minute, and when it is due the search for missed
     * ones. It sends nothing itself; drain does.
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function tick(array $arguments, array $options): void
    {
        $this->tick->run(time(), 30.0);
        $this->jobs->catchUp(time(), 30.0);
        $this->base->end();
    }

    /**
     * Sends one test event, which Pinterest checks and does not record, and shows the response.
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
        \WP_CLI::halt($probe->isAccepted ? BaseCommand::DONE : BaseCommand::ERROR);
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
