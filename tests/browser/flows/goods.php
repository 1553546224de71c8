<?php

/**
 * Puts a range of products into a shop: one of each kind that WooCommerce adds to a cart in its own way, in a category
 * of their own, and with the real WooCommerce a page for each kind that has the block "Add to Cart + Options".
 *
 * Reads $wish: {slug, name, sku, option}, where each product's name is `name` and its kind; `sku` begins each SKU and
 * `option` names the larger size, where they are given. All of it raw, as an importer puts it there. Prints what
 * goods.mjs gives.
 */

declare(strict_types=1);

['slug' => $slug, 'name' => $name] = $wish;
$large = $wish['option'] ?? 'Large';
$sku = $wish['sku'] ?? $slug;
kses_remove_filters();
remove_all_filters('pre_term_name');
$real = !defined('PINRELAY_WOOCOMMERCE_STAND_IN');

$save = static function (WC_Product $product, array $set): WC_Product {
    foreach ($set as $property => $value) {
        $product->{"set_$property"}($value);
    }
    $product->set_status('publish');
    $product->save();
    return $product;
};
$told = static fn(WC_Product $product): array => [
    'id' => $product->get_id(),
    'sku' => $product->get_sku(),
    'path' => wp_make_link_relative($product->get_permalink()),
    'price' => (float) $product->get_price(),
];

// A category's name has 200 characters.
$all = mb_substr($name, 0, 180) . ', all of it';
$category = $real ? wp_insert_term(wp_slash($all), 'product_cat', ['slug' => $slug])['term_id'] : null;
$simple = static fn(string $kind, string $price): WC_Product => $save(new WC_Product_Simple(), [
    'name' => "$name, $kind", 'slug' => "$slug-$kind", 'sku' => "$sku-$kind", 'regular_price' => $price,
] + ($real ? ['category_ids' => [$category]] : []));

$goods = ['name' => $name, 'simple' => $told($simple('plain', '12.50')), 'list' => '/shop/'];
if ($real) {
    $other = $told($simple('other', '7.00'));
    $size = new WC_Product_Attribute();
    $size->set_name('Size');
    $size->set_options(['Small', $large]);
    $size->set_visible(true);
    $size->set_variation(true);
    $variable = $save(new WC_Product_Variable(), [
        'name' => "$name, sized", 'slug' => "$slug-sized", 'attributes' => [$size], 'category_ids' => [$category],
    ]);
    foreach (['Small' => '20.00', $large => '35.00'] as $option => $price) {
        $variation = $save(new WC_Product_Variation(), [
            'parent_id' => $variable->get_id(), 'attributes' => ['size' => $option], 'regular_price' => $price,
        ]);
    }
    WC_Product_Variable::sync($variable);
    $group = $save(new WC_Product_Grouped(), [
        'name' => "$name, set", 'slug' => "$slug-set", 'category_ids' => [$category],
    ]);
    $group->set_children([$goods['simple']['id'], $other['id']]);
    $group->save();

    $goods = [
        'category' => $all,
        'list' => wp_make_link_relative(get_term_link($category)),
        'other' => $other,
        'variable' => ['choice' => $large, 'variation' => $told($variation)] + $told($variable),
        'group' => ['members' => [$goods['simple'], $other]] + $told($group),
        'free' => $told($simple('gratis', '0')),
        'fading' => $told($simple('fading', '4.00')),
    ] + $goods;

    foreach (['simple', 'variable', 'group'] as $kind) {
        $goods[$kind]['options'] = wp_make_link_relative(get_permalink(wp_insert_post([
            'post_type' => 'page',
            'post_status' => 'publish',
            'post_name' => "$slug-options-$kind",
            'post_title' => 'Options',
            'post_content' => "<!-- wp:woocommerce/single-product {\"productId\":{$goods[$kind]['id']}} -->"
                . '<div class="wp-block-woocommerce-single-product">'
                . '<!-- wp:woocommerce/add-to-cart-with-options /--></div><!-- /wp:woocommerce/single-product -->',
        ])));
    }
}
echo wp_json_encode($goods);
