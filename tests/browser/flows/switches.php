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
 *       past&product=<id>&email=<e-mail>      an order of two of somebody's account, long completed; gives its page
 *       copy&product=<id>           a plugin puts one into a copy of the shopper's cart; gives what each of both holds
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

$past = static function (WC_Order $order): string {
    $order->set_customer_id(get_user_by('email', $_GET['email'])->ID);
    $order->set_status('completed');
    $order->save();
    return $order->get_view_order_url();
};
$copy = static function (WC_Cart $cart): array {
    $cart->get_cart_from_session();
    $copy = clone $cart;
    $copy->add_to_cart((int) $_GET['product']);
    return [$cart->get_cart_contents_count(), $copy->get_cart_contents_count()];
};

add_action('wp_loaded', static function () use ($order, $age, $renewal, $past, $copy): void {
    $answer = match ($_GET['flow'] ?? '') {
        '' => null,
        'age' => $age(wc_get_order((int) $_GET['order'])),
        'delete' => (bool) wp_delete_post((int) $_GET['product'], true),
        'invoice' => $order('admin')->get_checkout_payment_url(),
        'renewal' => $renewal($order('subscription')),
        'past' => $past($order('admin')),
        'copy' => $copy(WC()->cart),
    };
    if ($answer !== null) {
        wp_send_json($answer);
    }
});
