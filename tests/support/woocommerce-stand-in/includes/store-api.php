<?php

declare(strict_types=1);

// The Store API's routes that the demo walks: the cart (for its Nonce header), one add, the checkout.

add_action('rest_api_init', static function (): void {
    $nonce = static fn(WP_REST_Request $request): bool|WP_Error =>
        wp_verify_nonce((string) $request->get_header('nonce'), 'wc_store_api') !== false
            ? true
            : new WP_Error('woocommerce_rest_missing_nonce', 'Missing the Nonce header.', ['status' => 401]);

    $answer = static function (array $body, int $status = 200): WP_REST_Response {
        $response = new WP_REST_Response($body, $status);
        $response->header('Nonce', wp_create_nonce('wc_store_api'));
        return $response;
    };

    $cart = static fn(): array => [
        'items' => array_map(static fn(array $line): array => [
            'id' => $line['product_id'], 'quantity' => $line['quantity'], 'name' => $line['data']->get_name(),
        ], array_values(WC()->cart->get_cart())),
        'items_count' => array_sum(array_column(WC()->cart->get_cart(), 'quantity')),
    ];

    $route = static fn(string $path, string $method, callable $work, callable $may): bool =>
        register_rest_route('wc/store/v1', $path, [
            'methods' => $method,
            'permission_callback' => $may,
            'callback' => static function (WP_REST_Request $request) use ($work) {
                wc_load_cart();
                return $work($request);
            },
        ]);

    $route('/cart', 'GET', static fn() => $answer($cart()), '__return_true');

    $route('/cart/add-item', 'POST', static function (WP_REST_Request $request) use ($answer, $cart) {
        $added = WC()->cart->add_to_cart(absint($request['id']), max(1, absint($request['quantity'] ?? 1)));
        return $added === false
            ? new WP_Error(
                'woocommerce_rest_cart_invalid_product',
                'This product cannot be added to the cart.',
                ['status' => 400]
            )
            : $answer($cart(), 201);
    }, $nonce);

    $route('/checkout', 'POST', static function (WP_REST_Request $request) use ($answer) {
        $billing = wc_clean((array) $request['billing_address']);
        $gateway = sanitize_key($request['payment_method'] ?? '');
        $faults = StandInCheckout::faults($billing, $gateway);
        if ($faults !== []) {
            return new WP_Error('rest_invalid_param', implode(' ', $faults), ['status' => 400]);
        }
        $order = StandInCheckout::awaiting() ?? new WC_Order();
        $draft = $order->get_id() === 0;
        StandInCheckout::fill($order, $billing, $gateway, 'store-api');
        do_action('woocommerce_store_api_checkout_update_order_meta', $order);
        do_action('woocommerce_store_api_checkout_update_order_from_request', $order, $request);
        if ($draft) {
            $order->set_status('checkout-draft');
            $order->set_status('pending');
        }
        $order->save();
        do_action('woocommerce_store_api_checkout_order_processed', $order);
        $result = StandInCheckout::pay(wc_get_order($order->get_id()));
        return $result['result'] === 'success'
            ? $answer([
                'order_id' => $order->get_id(),
                'status' => wc_get_order($order->get_id())->get_status(),
                'payment_result' => ['payment_status' => 'success', 'redirect_url' => $result['redirect']],
            ])
            : new WP_Error('woocommerce_rest_checkout_process_payment_error', 'Payment failed.', ['status' => 402]);
    }, $nonce);
});
