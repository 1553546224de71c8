<?php

/**
 * Gives a copied template its own address, theme and checkout, and activates
 * the plugin under test. Prints the products' ids by SKU, as JSON.
 *
 * Arguments: url, theme ('classic' or 'block'), checkout (likewise), plugin slug or ''.
 */

declare(strict_types=1);

[$url, $theme, $checkout, $plugin] = $args;

update_option('siteurl', $url);
update_option('home', $url);
switch_theme($theme === 'classic' ? 'pinrelay-classic' : 'twentytwentyfive');

foreach (['cart', 'checkout'] as $name) {
    $slug = $checkout === 'classic' ? "classic-$name" : $name;
    update_option("woocommerce_{$name}_page_id", get_page_by_path($slug)->ID);
}
flush_rewrite_rules();

if ($plugin !== '') {
    $error = activate_plugin("$plugin/$plugin.php");
    if (is_wp_error($error)) {
        WP_CLI::error($error);
    }
}

$ids = [];
foreach (['MUG-1', 'HOSTILE-1', 'BOOK-1', 'VASE', 'VASE-Small', 'VASE-Large'] as $sku) {
    $ids[$sku] = wc_get_product_id_by_sku($sku);
}
echo wp_json_encode(array_filter($ids));
