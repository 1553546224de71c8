<?php

declare(strict_types=1);

// [woocommerce_cart] and [woocommerce_checkout], with the order-received endpoint.

add_action('init', static fn() => add_rewrite_endpoint('order-received', EP_PAGES));

add_shortcode('woocommerce_cart', static function (): string {
    $rows = array_map(static fn(array $line): string => sprintf(
        '<li>%d &times; %s</li>',
        $line['quantity'],
        esc_html($line['data']->get_name())
    ), WC()->cart?->get_cart() ?? []);
    return '<ul class="cart">' . implode('', $rows) . '</ul>'
        . sprintf('<a href="%s">Proceed to checkout</a>', esc_url(wc_get_checkout_url()));
});

add_shortcode('woocommerce_checkout', static function (): string {
    ob_start();
    if (is_wc_endpoint_url('order-received')) {
        stand_in_order_received();
    } elseif (WC()->cart !== null) {
        stand_in_checkout_form();
    }
    return (string) ob_get_clean();
});

/** WooCommerce shows it again on every reload, and to whoever holds the key. */
function stand_in_order_received(): void
{
    global $wp;
    $order = wc_get_order(absint($wp->query_vars['order-received']));
    if (!$order || !$order->key_is_valid(sanitize_text_field(wp_unslash($_GET['key'] ?? '')))) {
        echo '<p>Invalid order.</p>';
        return;
    }
    // WooCommerce empties the cart on each view.
    WC()->cart->empty_cart();
    do_action('woocommerce_before_thankyou', $order->get_id());
    if ($order->has_status('failed')) {
        echo '<p>Unfortunately your order cannot be processed.</p>';
    } else {
        echo '<p class="woocommerce-thankyou-order-received">Thank you. Your order has been received.</p>';
    }
    do_action('woocommerce_thankyou_' . $order->get_payment_method(), $order->get_id());
    do_action('woocommerce_thankyou', $order->get_id());
}

function stand_in_checkout_form(): void
{
    $fields = [
        'first_name' => 'First name', 'last_name' => 'Last name', 'address_1' => 'Street address',
        'postcode' => 'Postcode', 'city' => 'City', 'phone' => 'Phone', 'email' => 'Email address',
    ];
    echo '<form name="checkout" class="checkout woocommerce-checkout" method="post">'
        . '<ul class="woocommerce-error-place"></ul>';
    foreach ($fields as $name => $label) {
        printf(
            '<p><label>%2$s <input id="billing_%1$s" name="billing_%1$s"></label></p>',
            esc_attr($name),
            esc_html($label)
        );
    }
    echo '<input type="hidden" name="billing_country" value="DE"><div id="payment">';
    foreach (WC()->payment_gateways()->get_available_payment_gateways() as $id => $gateway) {
        printf(
            '<label><input type="radio" name="payment_method" id="payment_method_%1$s" value="%1$s"> %2$s</label> ',
            esc_attr($id),
            esc_html($gateway->get_title())
        );
    }
    wp_nonce_field('woocommerce-process_checkout', 'woocommerce-process-checkout-nonce');
    echo '</div><button type="submit" id="place_order">Place order</button></form>';
}
