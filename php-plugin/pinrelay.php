<?php

/**
 * Plugin Name:          Pinrelay
 * Description:          Reports every sale to Pinterest, once: from the browser and the server. Checkout never waits.
 * Version:              0.1.0
 * Requires at least:    6.8
 * Requires PHP:         8.1
 * Requires Plugins:     woocommerce
 * WC requires at least: 9.9
 * WC tested up to:      11.0
 * Author:               Pinrelay
 * License:              MIT
 * Text Domain:          pinrelay
 * Domain Path:          /languages
 *
 * The entrance: declares what the plugin goes together with, and leaves the rest to src/Plugin.php.
 */

declare(strict_types=1);

use Automattic\WooCommerce\Utilities\FeaturesUtil;
use Pinrelay\WooCommerce\Plugin;

// phpcs:disable PSR1.Files.SideEffects -- a plugin's main file registers its hooks when it is loaded
if (!defined('ABSPATH')) {
    exit;
}

require_once __DIR__ . '/src/autoload.php';

add_action('before_woocommerce_init', static function (): void {
    if (class_exists(FeaturesUtil::class)) {
        FeaturesUtil::declare_compatibility('custom_order_tables', __FILE__);
        FeaturesUtil::declare_compatibility('cart_checkout_blocks', __FILE__);
    }
});

// Not Plugin::activate(...), which would load the class on each page before anybody asks for it.
register_activation_hook(__FILE__, static fn () => Plugin::activate());
register_deactivation_hook(__FILE__, static fn (mixed $isWide = false) => Plugin::deactivate((bool) $isWide));
add_action('plugins_loaded', static fn () => Plugin::boot(__FILE__));
