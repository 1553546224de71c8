<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Support\Throttle;

/**
 * When reconciliation looks at which orders: every five minutes at those that changed in the last hour, and hourly at
 * all that changed before and have not been looked at, back to activation. Runs in scheduled jobs, and where those do
 * not run, after a response; never while a customer waits. A run that takes longer than some seconds ends with its
 * page, and the next goes on.
 *
 * Every order that becomes a purchase changes with it, so the time of its last change finds those paid weeks after they
 * were placed, too.
 */
final class ReconcileJobs
{
    public const YOUNG = 'pinrelay_reconcile';
    public const OLD = 'pinrelay_reconcile_old';
    /** The outbox's upkeep, once a day. */
    public const DAILY = 'pinrelay_daily';

    /** Option: floor, what was accepted before is left alone; from and offset, how far the hourly job has come. */
    public const OPTION = 'pinrelay_reconciled';
    public const THROTTLES = ['pinrelay_reconcile_at', 'pinrelay_reconcile_old_at', 'pinrelay_daily_at'];

    private const YOUNG_SECONDS = 5 * 60;
    private const OLD_SECONDS = 3600;
    private const DAILY_SECONDS = 86400;
    /** How late WP-Cron may be before a visitor's request does its work. */
    private const GRACE_SECONDS = 120;
    private const LONGEST_RUN_SECONDS = 15.0;

    public function __construct(
        private readonly Reconcile $reconcile,
        private readonly Upkeep $upkeep,
        private readonly SettingsStore $store,
        private readonly Throttle $throttle,
        private readonly int $activatedAt,
    ) {
    }

    public function runYoung(): void
    {
        $this->throttle->claim(self::THROTTLES[0], 0, time());
        $this->young(time(), self::LONGEST_RUN_SECONDS);
    }

    public function runOld(): void
    {
        $this->throttle->claim(self::THROTTLES[1], 0, time());
        $this->old(time(), self::LONGEST_RUN_SECONDS);
    }

    public function runDaily(): void
    {
        $this->throttle->claim(self::THROTTLES[2], 0, time());
        $this->upkeep->run(time(), self::LONGEST_RUN_SECONDS);
    }

    /** What the schedule should have done and has not, because WP-Cron does not run here. */
    public function catchUp(int $now, float $seconds): void
    {
        if ($this->throttle->claim(self::THROTTLES[0], self::YOUNG_SECONDS + self::GRACE_SECONDS, $now)) {
            $this->young($now, $seconds);
        } elseif ($this->throttle->claim(self::THROTTLES[1], self::OLD_SECONDS + self::GRACE_SECONDS, $now)) {
            $this->old($now, $seconds);
        } elseif ($this->throttle->claim(self::THROTTLES[2], self::DAILY_SECONDS + self::GRACE_SECONDS, $now)) {
            $this->upkeep->run($now, $seconds);
        }
    }

    /** The hourly job looks once more at what changed since, as where more kinds of orders count from now on. */
    public static function lookAgain(int $from): void
    {
        $known = get_option(self::OPTION);
        if (is_array($known) && (int) ($known['from'] ?? 0) > $from) {
            $floor = (int) ($known['floor'] ?? 0);
            update_option(self::OPTION, ['from' => max($from, $floor), 'offset' => 0] + $known, false);
        }
    }

    public function young(int $now, float $seconds): void
    {
        $progress = $this->progress($now);
        if ($progress !== null) {
            $from = max($progress['floor'], $now - Age::LATE_SECONDS);
            $this->walk(['from' => $from, 'offset' => 0], $now, $progress['floor'], $now, $seconds);
        }
    }

    public function old(int $now, float $seconds): void
    {
        $progress = $this->progress($now);
        if ($progress === null) {
            return;
        }
        $to = $now - Age::LATE_SECONDS;
        $this->walk($progress, $to, $progress['floor'], $now, $seconds, static function (array $next) use ($progress) {
            update_option(self::OPTION, $next + $progress, false);
        });
    }

    /**
     * @param array{from: int, offset: int} $cursor
     * @param (\Closure(array{from: int, offset: int}): void)|null $remember called when a page is done
     */
    private function walk(
        array $cursor,
        int $to,
        int $floor,
        int $now,
        float $seconds,
        ?\Closure $remember = null,
    ): void {
        $end = microtime(true) + $seconds;
        $statuses = ReconcilePages::saleStatuses($this->store->settings());
        foreach (ReconcilePages::walk(ReconcilePages::MODIFIED, $cursor, $to, $statuses) as $page) {
            // A page is done to its end, or a shop that is slow enough would never come further than its first orders.
            iterator_count($this->reconcile->look($page['ids'], $now, $floor));
            $remember === null ? null : $remember($page['next']);
            if (microtime(true) > $end) {
                return;
            }
        }
    }

    /**
     * How far the work has come, null when there is none to do. While the owner has the server half switched off, what
     * the shop sells is not told later either; a copy of the shop leaves everything as it is.
     *
     * @return ?array{floor: int, from: int, offset: int}
     */
    private function progress(int $now): ?array
    {
        $settings = $this->store->settings();
        if ($settings->held) {
            return null;
        }
        $known = get_option(self::OPTION);
        $progress = [
            'floor' => (int) ($known['floor'] ?? $this->activatedAt),
            'from' => (int) ($known['from'] ?? $this->activatedAt),
            'offset' => (int) ($known['offset'] ?? 0),
        ];
        if ($settings->enabled && $settings->destination() !== '' && $settings->wants('checkout', 'api')) {
            return $progress;
        }
        update_option(self::OPTION, ['floor' => $now, 'from' => $now, 'offset' => 0], false);
        return null;
    }
}
