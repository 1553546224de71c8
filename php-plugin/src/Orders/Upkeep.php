<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * What the outbox's table needs once a day: rows of orders that are gone go with them, old rows are emptied, and the
 * numbers are counted anew. A row lives as long as its order, or one that is completed a year later would be told a
 * second time, and a refusal forgotten.
 *
 * Walks over the table by the primary key, some rows at a time, and goes on the next time where it had to stop. It runs
 * while sending is switched off, too.
 */
final class Upkeep
{
    /** Option: the last order that was looked at; 0 between two walks. */
    public const OPTION = 'pinrelay_upkeep';
    private const PAGE = 500;

    public function __construct(
        private readonly OutboxTransitions $outbox,
        private readonly OrderStore $store,
        private readonly SettingsStore $settings,
        private readonly Guard $guard,
    ) {
    }

    /** @param float $seconds how long it may take; the rest is left to the next time */
    public function run(int $now, float $seconds): void
    {
        if ($this->settings->settings()->held) {
            return;
        }
        $end = microtime(true) + $seconds;
        $after = (int) get_option(self::OPTION, 0);
        do {
            $ids = $this->outbox->ids($after, self::PAGE);
            if ($ids !== []) {
                $this->guard->run('upkeep', fn () => $this->look($ids, $now));
            }
            $after = count($ids) === self::PAGE ? $ids[self::PAGE - 1] : 0;
        } while ($after > 0 && microtime(true) < $end);
        update_option(self::OPTION, $after, false);
        if ($after === 0) {
            $this->outbox->recount();
        }
    }

    /** @param non-empty-list<int> $ids in their order */
    private function look(array $ids, int $now): void
    {
        $this->outbox->emptyOld($ids[0], $ids[count($ids) - 1], $now);
        $gone = array_values(array_diff($ids, $this->store->existing($ids)));
        $this->outbox->forget(...$this->outbox->findAll($gone));
    }
}
