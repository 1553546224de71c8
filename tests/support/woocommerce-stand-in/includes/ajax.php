<?php

declare(strict_types=1);

// POST /?wc-ajax=...: served on template_redirect, so that hooks of themes and plugins are in place.

add_action('init', static function (): void {
    if (isset($_GET['wc-ajax'])) {
        define('DOING_AJAX', true);
        if ($_GET['wc-ajax'] === 'checkout') {
            define('WOOCOMMERCE_CHECKOUT', true);
        }
    }
}, 0);

add_action('template_redirect', static function (): void {
    $action = sanitize_key($_GET['wc-ajax'] ?? '');
    if ($action !== '') {
        do_action("wc_ajax_$action");
        wp_send_json_error(null, 400);
    }
}, 20);

/** The cart's pieces that a page shows; plugins add theirs. */
function stand_in_fragments(): array
{
    $count = array_sum(array_column(WC()->cart->get_cart(), 'quantity'));
    $pieces = ['span.cart-count' => "<span class=\"cart-count\">$count</span>"];
    return [
        'fragments' => apply_filters('woocommerce_add_to_cart_fragments', $pieces),
        'cart_hash' => WC()->cart->get_cart_hash(),
    ];
}

add_action('wc_ajax_add_to_cart', static function (): void {
    $id = absint($_POST['product_id'] ?? 0);
    if (WC()->cart->add_to_cart($id, max(1, absint($_POST['quantity'] ?? 1))) === false) {
        wp_send_json(['error' => true, 'product_url' => (string) get_permalink($id)]);
    }
    do_action('woocommerce_ajax_added_to_cart', $id);
    wp_send_json(stand_in_fragments());
});

add_action('wc_ajax_get_refreshed_fragments', static fn() => wp_send_json(stand_in_fragments()));

add_action('wc_ajax_checkout', static function (): void {
    $failure = static fn(array $messages): never => wp_send_json([
        'result' => 'failure',
        'messages' => '<ul class="woocommerce-error"><li>'
            . implode('</li><li>', array_map('esc_html', $messages)) . '</li></ul>',
        'refresh' => false, 'reload' => false,
    ]);
    if (!wp_verify_nonce($_POST['woocommerce-process-checkout-nonce'] ?? '', 'woocommerce-process_checkout')) {
        $failure(['We were unable to process your order, please try again.']);
    }
    $posted = wc_clean(wp_unslash($_POST));
    $billing = [];
    foreach (StandInCheckout::BILLING as $field) {
        $billing[$field] = $posted["billing_$field"] ?? '';
    }
    $faults = StandInCheckout::faults($billing, $posted['payment_method'] ?? '');
    if ($faults !== []) {
        $failure($faults);
    }

    try {
        $order = StandInCheckout::awaiting();
        $again = $order !== null;
        $order ??= new WC_Order();
        if ($again) {
            do_action('woocommerce_resume_order', $order->get_id());
        }
        StandInCheckout::fill($order, $billing, $posted['payment_method'], 'checkout');
        do_action('woocommerce_checkout_create_order', $order, $posted);
        $order->save();
        do_action('woocommerce_checkout_update_order_meta', $order->get_id(), $posted);
        do_action('woocommerce_checkout_order_created', $order);
        do_action('woocommerce_checkout_order_processed', $order->get_id(), $posted, $order);
        $result = StandInCheckout::pay(wc_get_order($order->get_id()));
    } catch (Exception $exception) {
        $failure([$exception->getMessage()]);
    }
    if ($result['result'] !== 'success') {
        $notices = array_column(WC()->session->get('wc_notices', []), 'notice');
        WC()->session->set('wc_notices', []);
        $failure($notices);
    }
    wp_send_json(apply_filters('woocommerce_payment_successful_result', $result, $order->get_id()));
});
