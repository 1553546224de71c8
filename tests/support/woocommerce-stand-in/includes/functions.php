<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

function wc_get_product(mixed $product): WC_Product|false
{
    if ($product instanceof WC_Product) {
        return $product;
    }
    try {
        return new WC_Product_Simple(absint($product instanceof WP_Post ? $product->ID : $product));
    } catch (Exception) {
        return false;
    }
}

function wc_get_product_id_by_sku(string $sku): int
{
    foreach (get_posts(['post_type' => 'product', 'numberposts' => -1]) as $post) {
        if (wc_get_product($post->ID)->get_sku() === $sku) {
            return $post->ID;
        }
    }
    return 0;
}

function wc_get_order(mixed $order): WC_Order|false
{
    if ($order instanceof WC_Order) {
        return $order;
    }
    try {
        $id = absint($order instanceof WP_Post ? $order->ID : $order);
        return $id === 0 ? false : new WC_Order($id);
    } catch (Exception) {
        return false;
    }
}

function wc_get_order_id_by_order_key(string $key): int
{
    foreach (wc_get_orders([]) as $order) {
        if ($order->key_is_valid($key)) {
            return $order->get_id();
        }
    }
    return 0;
}

/**
 * Understands status, limit, offset and return ids, newest first; or date_created or date_modified as a span of
 * timestamps, and then oldest first.
 *
 * @return list<WC_Order|int>
 */
function wc_get_orders(array $args): array
{
    $ids = get_posts(['post_type' => 'shop_order', 'numberposts' => -1, 'fields' => 'ids', 'orderby' => 'ID']);
    $orders = array_filter(array_map(wc_get_order(...), $ids));
    if (isset($args['status'])) {
        $bare = static fn(string $status): string => preg_replace('/^wc-/', '', $status);
        $wanted = array_map($bare, (array) $args['status']);
        $orders = array_filter($orders, static fn(WC_Order $order): bool => $order->has_status($wanted));
    }
    foreach (['created', 'modified'] as $by) {
        if (isset($args["date_$by"])) {
            [$from, $to] = array_map('intval', explode('...', $args["date_$by"]));
            $time = static fn(WC_Order $order): int => $order->{"get_date_$by"}()->getTimestamp();
            $orders = array_filter(
                $orders,
                static fn(WC_Order $order): bool => $time($order) >= $from && $time($order) <= $to
            );
            usort($orders, static fn(WC_Order $a, WC_Order $b): int => [$time($a), $a->get_id()] <=>
                [$time($b), $b->get_id()]);
        }
    }
    $limit = (int) ($args['limit'] ?? -1);
    $orders = array_slice(array_values($orders), (int) ($args['offset'] ?? 0), $limit < 0 ? null : $limit);
    return ($args['return'] ?? '') === 'ids'
        ? array_map(static fn(WC_Order $order): int => $order->get_id(), $orders)
        : $orders;
}

function wc_get_order_item_meta(int $itemId, string $key, bool $single = true): mixed
{
    return '';
}

/** @return array<string, string> */
function wc_get_order_statuses(): array
{
    return [
        'wc-pending' => 'Pending payment', 'wc-processing' => 'Processing', 'wc-on-hold' => 'On hold',
        'wc-completed' => 'Completed', 'wc-cancelled' => 'Cancelled', 'wc-refunded' => 'Refunded',
        'wc-failed' => 'Failed',
    ];
}

/** @return list<string> */
function wc_get_is_paid_statuses(): array
{
    return ['processing', 'completed'];
}

function wc_get_logger(): WC_Logger
{
    static $logger = new WC_Logger();
    return $logger;
}

function get_woocommerce_currency(): string
{
    return (string) get_option('woocommerce_currency', 'EUR');
}

function wc_get_price_decimals(): int
{
    return 2;
}

function wc_get_rounding_precision(): int
{
    return 6;
}

function wc_price(float|string $amount): string
{
    return number_format((float) $amount, 2) . ' ' . get_woocommerce_currency();
}

function wc_get_price_excluding_tax(WC_Product $product, array $args = []): float
{
    return (float) $product->get_price() * ($args['qty'] ?? 1);
}

function wc_get_price_including_tax(WC_Product $product, array $args = []): float
{
    return wc_get_price_excluding_tax($product, $args);
}

function wc_get_page_id(string $page): int
{
    return (int) get_option("woocommerce_{$page}_page_id", -1);
}

function wc_get_page_permalink(string $page): string
{
    return (string) get_permalink(wc_get_page_id($page));
}

function wc_get_checkout_url(): string
{
    return wc_get_page_permalink('checkout');
}

function wc_get_cart_url(): string
{
    return wc_get_page_permalink('cart');
}

function wc_clean(mixed $text): mixed
{
    return is_array($text) ? array_map(wc_clean(...), $text) : sanitize_text_field((string) $text);
}

function wc_string_to_bool(mixed $text): bool
{
    return in_array($text, [true, 1, '1', 'yes', 'true', 'on'], true);
}

function wc_add_notice(string $message, string $type = 'success'): void
{
    $notices = WC()->session->get('wc_notices', []);
    WC()->session->set('wc_notices', [...$notices, ['type' => $type, 'notice' => $message]]);
}
