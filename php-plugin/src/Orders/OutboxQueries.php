<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Support\Failure;

/** What the outbox holds, read and never changed (OutboxTransitions). */
class OutboxQueries
{
    /** An order that is not paid by then keeps nothing of its customer's request. */
    protected const NOTED_SECONDS = 30 * 86400;

    protected readonly string $table;
    /** Made at the first need: few requests have one. */
    private ?TableRepair $repair = null;
    private ?Tally $tally = null;

    /** @param \wpdb $wpdb */
    public function __construct(protected readonly object $wpdb)
    {
        $this->table = (new OutboxTable($wpdb))->name();
    }

    protected function tally(): Tally
    {
        return $this->tally ??= new Tally($this->wpdb);
    }

    protected function repair(): TableRepair
    {
        return $this->repair ??= new TableRepair($this->wpdb);
    }

    /** Whether the database does not let the table be made. */
    public function isRefused(): bool
    {
        return $this->repair()->isRefused();
    }

    public function find(int $orderId): ?OutboxRow
    {
        return $this->rows('WHERE order_id = %d', $orderId)[0] ?? null;
    }

    /**
     * @param list<int> $orderIds
     * @return array<int, OutboxRow> by order id, of those that have a row
     */
    public function findAll(array $orderIds): array
    {
        if ($orderIds === []) {
            return [];
        }
        $holes = implode(', ', array_fill(0, count($orderIds), '%d'));
        $rows = $this->rows("WHERE order_id IN ({$holes})", ...$orderIds);

        return array_combine(array_map(static fn (OutboxRow $row): int => $row->orderId, $rows), $rows);
    }

    /** @return list<OutboxRow> orders that have been held for long enough */
    public function held(int $now, int $limit): array
    {
        return $this->rows(
            'WHERE due_at > 0 AND due_at <= %d AND state = %s ORDER BY due_at LIMIT %d',
            $now,
            OutboxRow::NOTED,
            $limit,
        );
    }

    /** How many orders ended after they were sent. */
    public function endedCount(): int
    {
        return $this->tally()->all()[Tally::ENDED] ?? 0;
    }

    /** @return list<OutboxRow> what waits for this destination, oldest first */
    public function pending(string $destination, int $limit): array
    {
        return $this->rows(
            'WHERE state = %s AND destination = %s ORDER BY event_time, order_id LIMIT %d',
            OutboxRow::PENDING,
            $destination,
            $limit,
        );
    }

    /** @return list<OutboxRow> pending rows of any destination whose event time is before $before */
    public function pendingBefore(int $before, int $limit): array
    {
        return $this->rows(
            'WHERE state = %s AND event_time < %d ORDER BY event_time LIMIT %d',
            OutboxRow::PENDING,
            $before,
            $limit,
        );
    }

    /** @return list<OutboxRow> rows in this node's spool for this destination, entered before $before */
    public function queuedOn(string $node, string $destination, int $before, int $limit): array
    {
        return $this->rows(
            'WHERE state = %s AND node = %s AND destination = %s AND updated_at < %d ORDER BY updated_at LIMIT %d',
            OutboxRow::QUEUED,
            $node,
            $destination,
            $before,
            $limit,
        );
    }

    /** @return list<string> event ids to take back from this node's spool */
    public function wishesOn(string $node, string $destination): array
    {
        return array_map('strval', $this->column(
            "SELECT event_id FROM {$this->table} WHERE state = %s AND node = %s AND destination = %s AND verdict = %s",
            OutboxRow::QUEUED,
            $node,
            $destination,
            OutboxRow::WITHDRAW,
        ));
    }

    /**
     * @param list<string> $eventIds
     * @return list<OutboxRow> rows with these event ids
     */
    public function byEventIds(array $eventIds): array
    {
        return $eventIds === []
            ? []
            : $this->rows('WHERE event_id IN (' . self::holes($eventIds) . ')', ...$eventIds);
    }

    /** @return list<string> nodes that hold queued rows entered before $before */
    public function nodesHolding(int $before): array
    {
        return array_map('strval', $this->column(
            "SELECT DISTINCT node FROM {$this->table} WHERE state = %s AND updated_at < %d",
            OutboxRow::QUEUED,
            $before,
        ));
    }

    /** Whether any order ever arrived at this destination. */
    public function hasDelivered(string $destination): bool
    {
        return ($this->tally()->all()[Tally::TO . $destination] ?? 0) > 0;
    }

    /** @return list<string> destinations that accepted orders still wait for */
    public function destinations(): array
    {
        return array_map('strval', $this->column(
            "SELECT DISTINCT destination FROM {$this->table} WHERE state IN (%s, %s)",
            OutboxRow::PENDING,
            OutboxRow::QUEUED,
        ));
    }

    /** @return list<int> ids of orders with a row, in their order, after $after */
    public function ids(int $after, int $limit): array
    {
        $sql = "SELECT order_id FROM {$this->table} WHERE order_id > %d ORDER BY order_id LIMIT %d";
        return array_map('intval', $this->column($sql, $after, $limit));
    }

    /** @return array<string, int> how many rows stand in each state; of noted ones those of the last thirty days */
    public function counts(): array
    {
        $counts = [
            OutboxRow::NOTED => 0,
            OutboxRow::PENDING => 0,
            OutboxRow::QUEUED => 0,
            OutboxRow::SETTLED => array_sum($this->verdicts()),
        ];
        $open = $this->select(
            "SELECT state, COUNT(*) AS n FROM {$this->table} WHERE state IN (%s, %s) GROUP BY state",
            OutboxRow::PENDING,
            OutboxRow::QUEUED,
        );
        $noted = $this->select(
            "SELECT state, COUNT(*) AS n FROM {$this->table} WHERE state = %s AND updated_at > %d GROUP BY state",
            OutboxRow::NOTED,
            time() - self::NOTED_SECONDS,
        );
        foreach ([...$open, ...$noted] as $row) {
            $counts[(string) $row['state']] = (int) $row['n'];
        }
        return $counts;
    }

    /** @return array<string, int> how many settled rows have each verdict */
    public function verdicts(): array
    {
        return array_filter(
            $this->tally()->all(),
            static fn (int $count, string $name): bool =>
                $count > 0 && $name !== Tally::ENDED && !str_starts_with($name, Tally::TO),
            ARRAY_FILTER_USE_BOTH,
        );
    }

    /**
     * What became of the browser half of the purchases that were settled since then; silence where no page reported.
     *
     * @return array{fired: int, blocked: int, silent: int}
     */
    public function browserHalves(int $since): array
    {
        $sql = "SELECT browser, COUNT(*) AS n FROM {$this->table} WHERE state = %s AND updated_at >= %d"
            . ' AND verdict NOT IN (%s, %s) GROUP BY browser';
        $halves = ['fired' => 0, 'blocked' => 0, 'silent' => 0];
        foreach ($this->select($sql, OutboxRow::SETTLED, $since, OutboxRow::REFUSED, 'withdrawn') as $row) {
            $halves[(string) $row['browser'] ?: 'silent'] = (int) $row['n'];
        }
        return $halves;
    }

    /** @return list<OutboxRow> */
    protected function rows(string $where, string|int ...$values): array
    {
        return array_map(
            OutboxRow::fromDatabase(...),
            $this->select("SELECT * FROM {$this->table} {$where}", ...$values),
        );
    }

    /** @return list<mixed> the first column */
    protected function column(string $sql, string|int ...$values): array
    {
        return array_map(static fn (array $row): mixed => reset($row), $this->select($sql, ...$values));
    }

    /** @return list<array<string, mixed>> */
    protected function select(string $sql, string|int ...$values): array
    {
        $sql = $values === [] ? $sql : $this->wpdb->prepare($sql, ...$values);
        return $this->quietly(function () use ($sql): ?array {
            $rows = $this->wpdb->get_results($sql, 'ARRAY_A');
            return $this->wpdb->last_error === '' && is_array($rows) ? $rows : null;
        }, 'The outbox could not be read.');
    }

    /**
     * Runs a statement, and once more where the table was missing and could be made. wpdb prints errors into the page
     * where WP_DEBUG is on, which would break a checkout's JSON answer; ours throw.
     *
     * @param \Closure(): mixed $work null when it failed
     * @throws Failure
     */
    protected function quietly(\Closure $work, string $failed): mixed
    {
        $before = $this->wpdb->suppress_errors(true);
        try {
            $done = $work() ?? ($this->repair()->mend(time()) ? $work() : null);
        } finally {
            $this->wpdb->suppress_errors($before);
        }
        return $done ?? throw new Failure($failed);
    }

    /** @param list<string> $values */
    protected static function holes(array $values): string
    {
        return implode(', ', array_fill(0, count($values), '%s'));
    }
}
