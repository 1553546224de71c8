<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Support\Failure;

/**
 * The outbox's table in the shop's database: its shape, making it, bringing one of an earlier version up to date,
 * dropping it.
 *
 * One row per order, the order id as primary key, so that a claim is one INSERT or one conditional UPDATE on any
 * database and nothing of ours is copied to a renewal or a duplicated order. It must not know what the rows mean.
 */
final class OutboxTable
{
    /**
     * Columns that a later version added: what to say after ADD COLUMN, by name. Each has a default or may be null, so
     * that rows of the version before stay as they are. A new one here raises Plugin::SET_UP.
     */
    private const ADDED = [
        // The event as it was fixed at acceptance, without the buyer; null where there is none, or none any more.
        'event' => 'mediumtext DEFAULT NULL',
        // When the row has to be looked at next, in unix seconds; 0: never.
        'due_at' => 'bigint(20) unsigned NOT NULL DEFAULT 0',
        // Which browser placed the order, and which got its browser half; '' where that is not known.
        'buyer' => "varchar(32) NOT NULL DEFAULT ''",
        'tag_holder' => "varchar(32) NOT NULL DEFAULT ''",
    ];
    /** Indexes on those. */
    private const ADDED_KEYS = ['due_at'];

    /** @param \wpdb $wpdb */
    public function __construct(private readonly object $wpdb)
    {
    }

    public function name(): string
    {
        return self::nameFor($this->wpdb->prefix);
    }

    /** @param string $prefix of one site of a network */
    public static function nameFor(string $prefix): string
    {
        return $prefix . 'pinrelay_orders';
    }

    /**
     * Makes the table, or gives one of an earlier version what it lacks. Plain SQL that MySQL, MariaDB and the SQLite
     * drop-in read alike. Text of ours is ASCII or JSON with escapes, so no index can outgrow an old utf8mb4 key limit.
     *
     * @throws Failure when the database refuses
     */
    public function create(): void
    {
        if ($this->columns() !== []) {
            $this->extend();
            return;
        }
        $added = '';
        foreach (self::ADDED as $column => $kind) {
            $added .= "{$column} {$kind},\n                ";
        }
        $keys = '';
        foreach (self::ADDED_KEYS as $column) {
            $keys .= ",\n                KEY {$column} ({$column})";
        }
        $isMade = $this->attempt(
            "CREATE TABLE IF NOT EXISTS {$this->name()} (
                order_id bigint(20) unsigned NOT NULL,
                event_id varchar(64) NOT NULL DEFAULT '',
                destination varchar(64) NOT NULL DEFAULT '',
                state varchar(10) NOT NULL,
                verdict varchar(20) NOT NULL DEFAULT '',
                message varchar(500) NOT NULL DEFAULT '',
                node varchar(64) NOT NULL DEFAULT '',
                event_time bigint(20) unsigned NOT NULL DEFAULT 0,
                consent varchar(16) NOT NULL DEFAULT '',
                context text NOT NULL,
                browser varchar(16) NOT NULL DEFAULT '',
                updated_at bigint(20) unsigned NOT NULL DEFAULT 0,
                {$added}PRIMARY KEY  (order_id),
                KEY event_id (event_id),
                KEY state (state, updated_at){$keys}
            ) {$this->wpdb->get_charset_collate()}"
        );
        if (!$isMade) {
            throw new Failure("The table {$this->name()} could not be made.");
        }
    }

    /** Whether it is there with every column. */
    public function isWhole(): bool
    {
        $columns = $this->columns();
        return $columns !== [] && array_diff(array_keys(self::ADDED), $columns) === [];
    }

    public function drop(): void
    {
        $this->wpdb->query("DROP TABLE IF EXISTS {$this->name()}");
    }

    /** Two first requests after an update may do this at once: a column that is there in the end is enough. */
    private function extend(): void
    {
        foreach (array_diff_key(self::ADDED, array_flip($this->columns())) as $column => $kind) {
            $isAdded = $this->attempt("ALTER TABLE {$this->name()} ADD COLUMN {$column} {$kind}");
            if ($isAdded && in_array($column, self::ADDED_KEYS, true)) {
                $this->attempt("ALTER TABLE {$this->name()} ADD KEY {$column} ({$column})");
            }
        }
        $lacking = array_diff(array_keys(self::ADDED), $this->columns());
        if ($lacking !== []) {
            throw new Failure("The table {$this->name()} lacks " . implode(', ', $lacking) . '.');
        }
    }

    /** @return list<string> */
    private function columns(): array
    {
        $before = $this->wpdb->suppress_errors(true);
        $rows = $this->wpdb->get_results("SHOW COLUMNS FROM {$this->name()}", 'ARRAY_A');
        $this->wpdb->suppress_errors($before);
        return array_map(static fn (array $row): string => (string) $row['Field'], is_array($rows) ? $rows : []);
    }

    /** wpdb prints errors into the page where WP_DEBUG is on. */
    private function attempt(string $sql): bool
    {
        $before = $this->wpdb->suppress_errors(true);
        $done = $this->wpdb->query($sql);
        $this->wpdb->suppress_errors($before);
        return $done !== false;
    }
}
