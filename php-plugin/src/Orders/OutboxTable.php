<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Support\Failure;

/**
 * The outbox's table in the shop's database: its shape, making it, dropping it.
 *
 * One row per order, the order id as primary key, so that a claim is one INSERT or one conditional UPDATE on any
 * database and nothing of ours is copied to a renewal or a duplicated order. It must not know what the rows mean.
 */
final class OutboxTable
{
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
     * Plain SQL that MySQL, MariaDB and the SQLite drop-in read alike. Text of ours is ASCII or JSON with escapes, so
     * no index can outgrow an old utf8mb4 key limit.
     *
     * @throws Failure when the database refuses
     */
    public function create(): void
    {
        $done = $this->wpdb->query(
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
                PRIMARY KEY  (order_id),
                KEY event_id (event_id),
                KEY state (state, updated_at)
            ) {$this->wpdb->get_charset_collate()}"
        );
        if ($done === false) {
            throw new Failure('The table ' . $this->name() . ' could not be made.');
        }
    }

    public function drop(): void
    {
        $this->wpdb->query("DROP TABLE IF EXISTS {$this->name()}");
    }
}
