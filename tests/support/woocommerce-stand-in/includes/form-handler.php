<?php

declare(strict_types=1);

// The classic product form: the add happens on wp_loaded, before template_redirect.

add_action('wp_loaded', static function (): void {
    $id = absint($_REQUEST['add-to-cart'] ?? 0);
    if ($id === 0 || WC()->cart === null) {
        return;
    }
    $added = WC()->cart->add_to_cart($id, max(1, absint($_REQUEST['quantity'] ?? 1)));
    if ($added !== false && get_option('woocommerce_cart_redirect_after_add') === 'yes') {
        wp_safe_redirect(wc_get_cart_url());
        exit;
    }
}, 20);

add_action('parse_request', static function (): void {
    if (isset($_GET['wc-api'])) {
        WC()->payment_gateways()->payment_gateways();
        do_action('woocommerce_api_' . sanitize_key($_GET['wc-api']));
        exit;
    }
}, 0);
