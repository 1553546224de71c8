<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Automattic\WooCommerce\Utilities\OrderUtil;
use Pinrelay\WooCommerce\Support\Failure;

/**
 * What WooCommerce's own functions answer too slowly in a shop with very many orders: which orders of a list there
 * still are, and, where orders are posts, which changed or were placed in a span of time. The only place that knows how
 * they are stored; where they are in tables of their own WooCommerce's own answer is quick.
 */
final class OrderStore
{
    /** An order that changed this long after it was placed is found by its notes. */
    private const OLD_SECONDS = 36 * 86400;
    /** A note is written a moment before or after its order. */
    private const NOTE_SECONDS = 300;

    /** @param \wpdb $wpdb */
    public function __construct(private readonly object $wpdb)
    {
    }

    /** Whether orders are posts. False where that cannot be told. */
    public static function isOfPosts(): bool
    {
        return class_exists(OrderUtil::class) && !OrderUtil::custom_orders_table_usage_is_enabled();
    }

    /**
     * @param list<int> $ids
     * @return list<int> those of them that may still be orders; all of them where that cannot be told
     */
    public function existing(array $ids): array
    {
        if ($ids === [] || !class_exists(OrderUtil::class)) {
            return $ids;
        }
        $list = implode(', ', array_map('intval', $ids));
        $types = "'shop_order', 'shop_order_placehold'";
        $sql = "SELECT ID AS id FROM {$this->wpdb->posts} WHERE ID IN ({$list}) AND post_type IN ({$types})";
        if (!self::isOfPosts()) {
            $sql .= ' UNION SELECT id FROM ' . OrderUtil::get_table_for_orders() . " WHERE id IN ({$list})";
        }
        return $this->ids($sql);
    }

    /**
     * Orders that changed in a span of time, oldest change first.
     *
     * Posts have no index on that. Nearly all orders change soon after they were placed, which has one; and one that
     * changes its status weeks later gets a note, whose time has one.
     *
     * @param int          $from     unix seconds
     * @param int          $to       unix seconds, inclusive
     * @param list<string> $statuses with the wc- prefix
     * @return list<int>
     */
    public function changed(int $from, int $to, array $statuses, int $limit, int $offset): array
    {
        if ($statuses === []) {
            return [];
        }
        $is = $this->isOrder($statuses);
        $changed = 'p.post_modified_gmt >= %s AND p.post_modified_gmt <= %s';
        $span = [self::date($from), self::date($to)];
        return $this->ids($this->wpdb->prepare(
            "SELECT p.ID AS id, p.post_modified_gmt AS at FROM {$this->wpdb->posts} p"
                . " WHERE {$is} AND p.post_date >= %s AND {$changed}"
                . " UNION SELECT p.ID AS id, p.post_modified_gmt AS at FROM {$this->wpdb->comments} c"
                . " JOIN {$this->wpdb->posts} p ON p.ID = c.comment_post_ID"
                . " WHERE c.comment_date_gmt >= %s AND c.comment_date_gmt <= %s AND c.comment_type = 'order_note'"
                . " AND {$is} AND {$changed}"
                . ' ORDER BY at, id LIMIT %d OFFSET %d',
            ...[self::date($from - self::OLD_SECONDS), ...$span],
            ...[self::date($from - self::NOTE_SECONDS), self::date($to + self::NOTE_SECONDS), ...$span],
            ...[$limit, $offset],
        ));
    }

    /**
     * Orders that were placed in a span of time, oldest first; as changed().
     *
     * @param list<string> $statuses
     * @return list<int>
     */
    public function placed(int $from, int $to, array $statuses, int $limit, int $offset): array
    {
        if ($statuses === []) {
            return [];
        }
        return $this->ids($this->wpdb->prepare(
            "SELECT p.ID AS id, p.post_date_gmt AS at FROM {$this->wpdb->posts} p"
                // The index has the shop's own time, which is at most so far from the other.
                . " WHERE {$this->isOrder($statuses)} AND p.post_date >= %s AND p.post_date <= %s"
                . ' AND p.post_date_gmt >= %s AND p.post_date_gmt <= %s ORDER BY at, id LIMIT %d OFFSET %d',
            ...[self::date($from - 86400), self::date($to + 86400), self::date($from), self::date($to)],
            ...[$limit, $offset],
        ));
    }

    /** @param list<string> $statuses */
    private function isOrder(array $statuses): string
    {
        $holes = implode(', ', array_fill(0, count($statuses), '%s'));
        return $this->wpdb->prepare("p.post_type = 'shop_order' AND p.post_status IN ({$holes})", ...$statuses);
    }

    /** @return list<int> */
    private function ids(string $sql): array
    {
        $before = $this->wpdb->suppress_errors(true);
        $rows = $this->wpdb->get_results($sql, 'ARRAY_A');
        $failed = $this->wpdb->last_error !== '' || !is_array($rows);
        $this->wpdb->suppress_errors($before);
        if ($failed) {
            throw new Failure('The orders could not be read.');
        }
        return array_map(static fn (array $row): int => (int) $row['id'], $rows);
    }

    private static function date(int $time): string
    {
        return gmdate('Y-m-d H:i:s', max(0, $time));
    }
}
