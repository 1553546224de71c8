<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * Walks over the shop's orders of a span of time, a page of ids at a time, wherever WooCommerce stores them.
 *
 * It goes by time and not by page number: while it walks, orders change and leave the span at its end, and those behind
 * them would move up past a page number unseen.
 */
final class ReconcilePages
{
    public const MODIFIED = 'modified';
    public const CREATED = 'created';

    public const SIZE = 50;

    /**
     * @param self::MODIFIED|self::CREATED $by
     * @param array{from: int, offset: int} $cursor unix seconds, and how many orders of that second are done
     * @param int                          $to      unix seconds, inclusive
     * @param list<string>                 $statuses with the wc- prefix
     * @return iterable<array{ids: list<int>, next: array{from: int, offset: int}}> oldest first; next goes on after it,
     *         and after the last page at the end of the span
     */
    public static function walk(string $by, array $cursor, int $to, array $statuses, int $size = self::SIZE): iterable
    {
        while ($cursor['from'] <= $to) {
            $ids = self::page($by, $cursor, $to, $statuses, $size);
            $last = $ids === [] ? false : wc_get_order(end($ids));
            $at = $last instanceof \WC_Order ? ($by === self::MODIFIED ? $last->get_date_modified()
                : $last->get_date_created())?->getTimestamp() : null;
            $cursor = self::next($cursor, count($ids), $size, $at, $to);
            yield ['ids' => $ids, 'next' => $cursor];
            if (count($ids) < $size) {
                return;
            }
        }
    }

    /**
     * @param array{from: int, offset: int} $cursor
     * @param list<string>                  $statuses
     * @return list<int>
     */
    private static function page(string $by, array $cursor, int $to, array $statuses, int $size): array
    {
        if (OrderStore::isOfPosts()) {
            $store = new OrderStore($GLOBALS['wpdb']);
            return $by === self::MODIFIED
                ? $store->changed($cursor['from'], $to, $statuses, $size, $cursor['offset'])
                : $store->placed($cursor['from'], $to, $statuses, $size, $cursor['offset']);
        }
        return array_map('intval', wc_get_orders([
            'type' => 'shop_order',
            'status' => $statuses,
            'date_' . $by => $cursor['from'] . '...' . $to,
            'orderby' => [$by === self::MODIFIED ? 'modified' : 'date' => 'ASC', 'ID' => 'ASC'],
            'limit' => $size,
            'offset' => $cursor['offset'],
            'return' => 'ids',
        ]));
    }

    /**
     * Where to go on after a page. Pure.
     *
     * @param array{from: int, offset: int} $cursor of this page
     * @param ?int                          $last   the time of its last order, null where that cannot be told
     * @return array{from: int, offset: int}
     */
    public static function next(array $cursor, int $count, int $size, ?int $last, int $to): array
    {
        return match (true) {
            $count < $size => ['from' => $to, 'offset' => 0],
            // It changed after the page was read, so its time says nothing of those behind it. The page is read again.
            $last !== null && $last > $to => $cursor,
            // Orders of the last second may go on behind this page, so that second is read again.
            $last !== null && $last > $cursor['from'] => ['from' => $last, 'offset' => 0],
            // A whole page of one second, as a bulk edit makes them.
            default => ['from' => $cursor['from'], 'offset' => $cursor['offset'] + $count],
        };
    }

    /** @return list<string> every status that a sale may have, with the wc- prefix; those of other plugins as well */
    public static function saleStatuses(Settings $settings): array
    {
        return array_values(array_filter(
            array_map('strval', array_keys(wc_get_order_statuses())),
            static fn (string $status): bool =>
                Acceptance::isSale((string) preg_replace('/^wc-/', '', $status), $settings),
        ));
    }
}
