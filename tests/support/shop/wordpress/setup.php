<?php

/**
 * Turns a fresh WordPress with WooCommerce (or its stand-in) into the tests'
 * shop: settings, gateways, pages, products, a customer. Run once, by WP-CLI,
 * when the template is made. Knows nothing about Pinrelay.
 */

declare(strict_types=1);

$settings = [
    'permalink_structure' => '/%postname%/',
    'blog_public' => '0',
    'default_pingback_flag' => '',
    'timezone_string' => 'Europe/Berlin',
    'woocommerce_store_address' => 'Lindenstr. 1',
    'woocommerce_store_city' => 'Berlin',
    'woocommerce_store_postcode' => '10969',
    'woocommerce_default_country' => 'DE:DE-BE',
    'woocommerce_currency' => 'EUR',
    'woocommerce_calc_taxes' => 'no',
    'woocommerce_ship_to_countries' => 'disabled',
    'woocommerce_enable_guest_checkout' => 'yes',
    'woocommerce_enable_signup_and_login_from_checkout' => 'yes',
    'woocommerce_enable_ajax_add_to_cart' => 'yes',
    'woocommerce_cart_redirect_after_add' => 'no',
    // SQLite cannot run WooCommerce's stock reservation.
    'woocommerce_manage_stock' => 'no',
    'woocommerce_hold_stock_minutes' => '',
    'woocommerce_coming_soon' => 'no',
    'woocommerce_store_pages_only' => 'no',
    'woocommerce_allow_tracking' => 'no',
    'woocommerce_show_marketplace_suggestions' => 'no',
    'woocommerce_merchant_email_notifications' => 'no',
    'woocommerce_feature_remote_logging_enabled' => 'no',
    'woocommerce_task_list_hidden' => 'yes',
    'woocommerce_task_list_complete' => 'yes',
    'woocommerce_onboarding_profile' => ['skipped' => true],
    'woocommerce_cod_settings' => ['enabled' => 'yes', 'title' => 'Cash on delivery', 'enable_for_virtual' => 'yes'],
    'woocommerce_bacs_settings' => ['enabled' => 'yes', 'title' => 'Direct bank transfer'],
    'woocommerce_pinrelay_card_settings' => ['enabled' => 'yes'],
    'woocommerce_pinrelay_offsite_settings' => ['enabled' => 'yes'],
];
foreach ($settings as $name => $value) {
    update_option($name, $value);
}
delete_transient('_wc_activation_redirect');

$page = static fn(string $slug, string $title, string $content): int => wp_insert_post([
    'post_type' => 'page',
    'post_status' => 'publish',
    'post_name' => $slug,
    'post_title' => $title,
    'post_content' => $content,
]);
$page('classic-cart', 'Classic cart', '[woocommerce_cart]');
$page('classic-checkout', 'Classic checkout', '[woocommerce_checkout]');

/** @param array<string, mixed> $set property => value */
$product = static function (WC_Product $product, array $set): int {
    foreach ($set as $property => $value) {
        $product->{"set_$property"}($value);
    }
    $product->set_status('publish');
    return $product->save();
};

$product(new WC_Product_Simple(), [
    'name' => 'Blue mug', 'slug' => 'blue-mug', 'sku' => 'MUG-1', 'regular_price' => '12.50',
]);
$product(new WC_Product_Simple(), [
    'name' => 'Tea & "Zucker" <b>Größe</b> </script><script>window.pwned=1</script> \\ 🫖',
    'slug' => 'hostile', 'sku' => 'HOSTILE-1', 'regular_price' => '3.20',
]);

if (!defined('PINRELAY_WOOCOMMERCE_STAND_IN')) {
    $product(new WC_Product_Simple(), [
        'name' => 'Pattern book', 'slug' => 'pattern-book', 'sku' => 'BOOK-1', 'regular_price' => '7.00',
        'virtual' => true, 'downloadable' => true,
    ]);

    $size = new WC_Product_Attribute();
    $size->set_name('Size');
    $size->set_options(['Small', 'Large']);
    $size->set_visible(true);
    $size->set_variation(true);
    $vase = $product(new WC_Product_Variable(), [
        'name' => 'Vase', 'slug' => 'vase', 'sku' => 'VASE', 'attributes' => [$size],
    ]);
    foreach (['Small' => '20.00', 'Large' => '35.00'] as $option => $price) {
        $product(new WC_Product_Variation(), [
            'parent_id' => $vase,
            'attributes' => ['size' => $option],
            'sku' => "VASE-$option",
            'regular_price' => $price,
        ]);
    }
    WC_Product_Variable::sync($vase);

    // The fresh install makes its own cart and checkout pages, with blocks.
    update_option('pinrelay_test_block_checkout', wc_get_page_id('checkout'));
    as_unschedule_all_actions('');
}

wp_insert_user([
    'user_login' => 'customer', 'user_pass' => 'customer', 'user_email' => 'customer@example.com', 'role' => 'customer',
]);
flush_rewrite_rules();
