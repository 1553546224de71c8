<?php

/**
 * Plugin Name: WooCommerce
 * Description: NOT WooCommerce: a stand-in with just what Pinrelay's demo walks, where the real one cannot be had.
 * Version: 0.0.1
 * Requires PHP: 8.1
 *
 * Its hooks fire in the order that was measured on WooCommerce 11.0.1, and the names of classes, methods and functions
 * are WooCommerce's, because that is what a plugin sees. Everything behind the names is our own and as small as it can
 * be: simple products, no taxes, shipping, coupons or stock, orders as hidden posts. A name that is not here is used
 * neither by the plugin nor by the tests that run on this stand-in.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects

if (!defined('ABSPATH')) {
    exit;
}

define('PINRELAY_WOOCOMMERCE_STAND_IN', true);
define('WC_PLUGIN_FILE', __FILE__);
define('WC_ABSPATH', __DIR__ . '/');
define('WC_VERSION', '11.0.1');

foreach (
    [
        'features', 'logger', 'data', 'product', 'order-item', 'order', 'session', 'cart', 'gateway', 'gateways',
        'functions', 'conditionals', 'checkout', 'woocommerce', 'form-handler', 'ajax', 'store-api', 'shortcodes',
        'pages', 'admin',
    ] as $part
) {
    require __DIR__ . "/includes/$part.php";
}

function WC(): WooCommerce
{
    return WooCommerce::instance();
}

WC()->start();
