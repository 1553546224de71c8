<?php

/**
 * What the flows need of a shop beside WooCommerce, as a must-use plugin:
 *
 *   cookie test_redirects          this shopper is sent to the cart after an add, as the shop's setting would do to all
 *   /?happens=<action>&with=<JSON> what a wishlist plugin does after an add, or the shop's own code
 *   /?flow=<what>&...              what somebody does who is no shopper; answers as JSON
 *       age&order=<id>&seconds=<n>  the order was made so long ago
 *       delete&product=<id>         the product is gone
 *       invoice&product=<id>&email=<e-mail>   the merchant makes an order of two; gives the link to pay it
 *       renewal&product=<id>&email=<e-mail>   a subscription renews itself, and is paid; gives the order
 */

declare(strict_types=1);

add_filter(
    'pre_option_woocommerce_cart_redirect_after_add',
    static fn($value) => isset($_COOKIE['test_redirects']) ? 'yes' : $value
);

add_action('init', static function (): void {
    if (isset($_GET['happens'])) {
        do_action($_GET['happens'], ...json_decode(wp_unslash($_GET['with']), true));
    }
});

$order = static function (string $source): WC_Order {
    $order = wc_create_order(['created_via' => $source, 'status' => 'pending']);
    $order->add_product(wc_get_product((int) $_GET['product']), 2);
    $order->set_billing_email($_GET['email']);
    $order->set_billing_country('DE');
    $order->calculate_totals();
    $order->save();
    return $order;
};
$age = static function (WC_Order $order): int {
    $order->set_date_created(time() - (int) $_GET['seconds']);
    return $order->save();
};
$renewal = static function (WC_Order $order): int {
    $order->payment_complete();
    return $order->get_id();
};

add_action('wp_loaded', static function () use ($order, $age, $renewal): void {
    $answer = match ($_GET['flow'] ?? '') {
        '' => null,
        'age' => $age(wc_get_order((int) $_GET['order'])),
        'delete' => (bool) wp_delete_post((int) $_GET['product'], true),
        'invoice' => $order('admin')->get_checkout_payment_url(),
        'renewal' => $renewal($order('subscription')),
    };
    if ($answer !== null) {
        wp_send_json($answer);
    }
});
