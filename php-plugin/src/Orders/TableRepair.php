<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Support\Failure;

/**
 * Makes the outbox's table where it is missing or lacks a column: at the first request, and after somebody dropped it
 * or put back a database without it. Where the database refuses, it asks again after a while that doubles each time, up
 * to an hour, and the owner is informed; a customer's request asks at most once.
 *
 * Kept in the plugin's state, which WordPress loads with every request: key `table`, tries and when the last one was.
 */
final class TableRepair
{
    private const KEY = 'table';
    private const FIRST_WAIT_SECONDS = 60;
    private const LONGEST_WAIT_SECONDS = 3600;

    private bool $hasTried = false;

    /** @param \wpdb $wpdb */
    public function __construct(
        private readonly object $wpdb,
        private readonly State $state = new State(),
    ) {
    }

    /** Whether the table is as it has to be now. */
    public function make(int $now): bool
    {
        if ($this->hasTried || !$this->isDue($now)) {
            return false;
        }
        $this->hasTried = true;
        try {
            (new OutboxTable($this->wpdb))->create();
        } catch (Failure) {
            $this->state->amend(static fn (array $state): array => [
                self::KEY => ['tries' => (int) ($state[self::KEY]['tries'] ?? 0) + 1, 'at' => $now],
            ]);
            return false;
        }
        if ($this->isRefused()) {
            $this->state->amend(static fn (): array => [self::KEY => null]);
        }
        return true;
    }

    /** After a statement failed: whether the table was the reason, and is none any more. */
    public function mend(int $now): bool
    {
        return !$this->hasTried && $this->isDue($now) && !(new OutboxTable($this->wpdb))->isWhole()
            && $this->make($now);
    }

    /** Whether the database refused the last time. */
    public function isRefused(): bool
    {
        return $this->refusals()['tries'] > 0;
    }

    private function isDue(int $now): bool
    {
        ['tries' => $tries, 'at' => $at] = $this->refusals();
        $wait = min(self::LONGEST_WAIT_SECONDS, self::FIRST_WAIT_SECONDS * 2 ** min(10, max(0, $tries - 1)));
        // A time in the future is a clock that was set back: it counts as long ago.
        return $tries === 0 || $at > $now || $now - $at >= $wait;
    }

    /** @return array{tries: int, at: int} */
    private function refusals(): array
    {
        $known = $this->state->get(self::KEY);
        return ['tries' => (int) ($known['tries'] ?? 0), 'at' => (int) ($known['at'] ?? 0)];
    }
}
