<?php

/**
 * Plugins that sell without the shop's checkout, as a must-use plugin:
 *
 *   ?wc-ajax=acme_express        an express button: makes an order of the shopper's cart, pays it, empties the cart;
 *                                gives the address of its page
 *   ?wc-api=acme_webhook&product=<id>&via=<source>&age=<seconds since it was paid>
 *                                a payment service's server makes an order by itself and pays it; gives the same
 *   admin-ajax.php?action=mollie_apple_pay_update_shipping_contact&product=<id>
 *                                a wallet fills the shopper's cart to ask for a price, and puts it back
 *   cookie acme_bundle=<id>      whatever this shopper adds is a bundle, of which that product is a part
 */

declare(strict_types=1);

$pay = static function (WC_Order $order, int $age = 0): string {
    $order->set_billing_email('ottilie.quarrington@example.org');
    $order->set_billing_country('DE');
    $order->set_payment_method('acme');
    $order->calculate_totals();
    $order->save();
    $order->payment_complete('acme-1');
    if ($age > 0) {
        $order->set_date_paid(time() - $age);
        $order->save();
    }
    return $order->get_checkout_order_received_url();
};

add_action('wc_ajax_acme_express', static function () use ($pay): void {
    $order = wc_create_order();
    foreach (WC()->cart->get_cart() as $item) {
        $order->add_product($item['data'], $item['quantity']);
    }
    $url = $pay($order);
    WC()->cart->empty_cart();
    wp_send_json(['url' => $url]);
});

add_action('woocommerce_api_acme_webhook', static function () use ($pay): void {
    $order = wc_create_order(['created_via' => sanitize_text_field($_GET['via'] ?? '')]);
    $order->add_product(wc_get_product((int) $_GET['product']), 2);
    wp_send_json(['url' => $pay($order, (int) ($_GET['age'] ?? 0))]);
});

$price = static function (): void {
    $before = array_keys(WC()->cart->get_cart_contents());
    array_map([WC()->cart, 'remove_cart_item'], $before);
    $key = WC()->cart->add_to_cart((int) $_REQUEST['product'], 1);
    $total = WC()->cart->get_total('edit');
    WC()->cart->remove_cart_item($key);
    array_map([WC()->cart, 'restore_cart_item'], $before);
    wp_send_json(['total' => $total]);
};
add_action('wp_ajax_mollie_apple_pay_update_shipping_contact', $price);
add_action('wp_ajax_nopriv_mollie_apple_pay_update_shipping_contact', $price);

add_action('woocommerce_add_to_cart', static function ($key, $product, $quantity): void {
    $part = (int) ($_COOKIE['acme_bundle'] ?? 0);
    if ($part > 0 && (int) $product !== $part) {
        WC()->cart->add_to_cart($part, 3 * $quantity, 0, [], ['bundled_by' => $key]);
    }
}, 9, 3);
add_action('woocommerce_checkout_create_order_line_item', static function ($item, $key, $values): void {
    if (isset($values['bundled_by'])) {
        $item->add_meta_data('_bundled_by', $values['bundled_by']);
    } elseif (isset($_COOKIE['acme_bundle'])) {
        $item->add_meta_data('_bundle_cart_key', $key);
    }
}, 10, 3);
