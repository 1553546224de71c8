<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Finds the order of a page by what the page's address carries: WooCommerce's secret key of the order, and numbers, of
 * which one is mostly the order's. Which number it is cannot be told from the address alone: endpoints are translated,
 * and pages built by hand name their parameters as they like.
 */
final class OrderKey
{
    private const MOST_IDS = 5;

    /** @param array<mixed> $ids */
    public static function find(mixed $key, array $ids): ?\WC_Order
    {
        if (!is_string($key) || preg_match('/^wc_[\w-]{9,96}$/D', $key) !== 1) {
            return null;
        }
        foreach (array_slice($ids, 0, self::MOST_IDS) as $id) {
            $order = is_int($id) && $id > 0 ? wc_get_order($id) : null;
            if ($order instanceof \WC_Order && $order->key_is_valid($key)) {
                return $order;
            }
        }
        $order = wc_get_order((int) wc_get_order_id_by_order_key($key));
        return $order instanceof \WC_Order && $order->key_is_valid($key) ? $order : null;
    }
}
