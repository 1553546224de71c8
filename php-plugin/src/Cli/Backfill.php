<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Orders\Reconcile;
use Pinrelay\WooCommerce\Orders\ReconcilePages;
use Pinrelay\WooCommerce\Orders\ReconcileRules;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Status\Probe;
use Pinrelay\WooCommerce\Status\Verdict;

/** The command that looks for missed orders by hand. */
final class Backfill
{
    public function __construct(
        private readonly Reconcile $reconcile,
        private readonly SettingsStore $store,
        private readonly BaseCommand $base,
    ) {
    }

    /**
     * Looks at the orders placed in a span of time, takes up those that were not sent, and says of all
     * others why not. Ends with 0 when nothing is left to do, 1 on an error, 2 when work is left.
     *
     * An order that was sent, or waits to be, is never sent again. Pinterest accepts the sales of the last seven days.
     *
     * ## OPTIONS
     *
     * --since=<date>
     * : Orders placed from then on, in the shop's time: "2026-11-20", "2026-11-20 14:00", "3 days ago".
     *
     * [--until=<date>]
     * : Orders placed until then. Now, when left out.
     *
     * [--dry-run]
     * : Shows what would be done, and changes nothing.
     *
     * [--limit=<number>]
     * : Takes up so many orders at most.
     *
     * [--list]
     * : Names each order with its reason, and not their numbers only.
     *
     * ## EXAMPLES
     *
     *     wp pinrelay backfill --since="2 days ago" --dry-run
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function __invoke(array $arguments, array $options): void
    {
        $now = time();
        $from = self::time('since', (string) ($options['since'] ?? ''));
        $to = isset($options['until']) ? self::time('until', (string) $options['until']) : $now;
        if ($from > $to) {
            \WP_CLI::error('--since: is after --until.');
        }
        $limit = $options['limit'] ?? (string) PHP_INT_MAX;
        if (!ctype_digit((string) $limit) || (int) $limit < 1) {
            \WP_CLI::error('--limit: not a whole number above zero.');
        }
        // Without an extension here the orders wait in the shop, and the web server takes them from there.
        if (!$this->store->settings()->apiReady()) {
            \WP_CLI::error((string) Probe::hindrance($this->store->settings()));
        }
        $isDry = isset($options['dry-run']);
        [$decisions, $isCut] = $this->walk($from, $to, (int) $limit, $isDry, $now);
        self::show($decisions, isset($options['list']));

        $moved = count(array_filter($decisions, self::isMove(...)));
        if ($isDry) {
            \WP_CLI::line(sprintf('%d orders would be taken up. Nothing was changed.', $moved));
            \WP_CLI::halt($moved > 0 || $isCut ? BaseCommand::WORK_LEFT : BaseCommand::DONE);
        }
        \WP_CLI::line(sprintf('%d orders taken up.', $moved));
        if ($isCut) {
            \WP_CLI::line('--limit is reached; there may be more.');
            \WP_CLI::halt(BaseCommand::WORK_LEFT);
        }
        $this->base->end();
    }

    /** @return array{array<int, array{move: string, reason: string}>, bool} by order id; whether --limit cut it short */
    private function walk(int $from, int $to, int $limit, bool $isDry, int $now): array
    {
        // A draft is a checkout that somebody looked at.
        $statuses = array_values(array_diff(array_keys(wc_get_order_statuses()), ['wc-checkout-draft']));
        $bar = \WP_CLI\Utils\make_progress_bar('Orders', self::count($from, $to, $statuses));
        $decisions = [];
        $moved = 0;
        $cursor = ['from' => $from, 'offset' => 0];
        foreach (ReconcilePages::walk(ReconcilePages::CREATED, $cursor, $to, $statuses) as $page) {
            // Pages overlap by the orders of one second.
            $fresh = array_values(array_diff($page['ids'], array_keys($decisions)));
            foreach ($this->reconcile->look($fresh, $now, isDry: $isDry) as $id => $decision) {
                $decisions[$id] = $decision;
                $bar->tick();
                $moved += self::isMove($decision) ? 1 : 0;
                if ($moved >= $limit) {
                    return [$decisions, true];
                }
            }
            // WordPress keeps every order it has read.
            if (function_exists('wp_cache_supports') && wp_cache_supports('flush_runtime')) {
                wp_cache_flush_runtime();
            }
        }
        $bar->finish();
        return [$decisions, false];
    }

    /** @param array<int, array{move: string, reason: string}> $decisions */
    private static function show(array $decisions, bool $isList): void
    {
        if ($isList) {
            $rows = [];
            foreach ($decisions as $id => $decision) {
                $rows[] = ['order' => $id] + $decision + ['meaning' => Verdict::sentenceOf($decision['reason'])];
            }
            \WP_CLI\Utils\format_items('table', $rows, ['order', 'reason', 'meaning']);
            return;
        }
        $rows = [];
        $counts = array_count_values(array_column($decisions, 'reason'));
        arsort($counts);
        foreach ($counts as $reason => $count) {
            $rows[] = ['orders' => $count, 'reason' => $reason, 'meaning' => Verdict::sentenceOf((string) $reason)];
        }
        \WP_CLI\Utils\format_items('table', $rows, ['orders', 'reason', 'meaning']);
    }

    /** @param array{move: string} $decision */
    private static function isMove(array $decision): bool
    {
        return $decision['move'] !== ReconcileRules::LEAVE;
    }

    /** @param list<string> $statuses */
    private static function count(int $from, int $to, array $statuses): int
    {
        $found = wc_get_orders([
            'type' => 'shop_order',
            'status' => $statuses,
            'date_created' => $from . '...' . $to,
            'limit' => 1,
            'return' => 'ids',
            'paginate' => true,
        ]);
        return (int) $found->total;
    }

    private static function time(string $option, string $text): int
    {
        try {
            $time = $text === '' ? false : (new \DateTimeImmutable($text, wp_timezone()))->getTimestamp();
        } catch (\Exception) {
            $time = false;
        }
        if ($time === false) {
            \WP_CLI::error("--{$option}: not a date, such as 2026-11-20 or \"3 days ago\".");
        }
        return $time;
    }
}
