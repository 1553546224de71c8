<?php

declare(strict_types=1);

// Products as posts, what a classic theme shows of them, and the browser's side of both.

add_action('init', static function (): void {
    register_post_type('product', [
        'public' => true, 'label' => 'Products', 'has_archive' => 'shop', 'rewrite' => ['slug' => 'product'],
        'supports' => ['title', 'editor', 'thumbnail'],
    ]);
    register_post_type('shop_order', ['public' => false, 'label' => 'Orders', 'can_export' => false]);
    foreach (['product_cat', 'product_tag', 'product_brand'] as $taxonomy) {
        register_taxonomy($taxonomy, 'product', ['public' => true, 'hierarchical' => $taxonomy !== 'product_tag']);
    }
});

add_filter('template_include', static function (string $template): string {
    return is_woocommerce() ? (locate_template('woocommerce.php') ?: $template) : $template;
});

add_action('wp_enqueue_scripts', static function (): void {
    wp_enqueue_script('wc-stand-in', plugins_url('assets/shop.js', WC_PLUGIN_FILE), ['jquery'], WC_VERSION, true);
    wp_localize_script('wc-stand-in', 'wc_add_to_cart_params', ['wc_ajax_url' => home_url('/?wc-ajax=%%endpoint%%')]);
});

/** What a theme calls between its header and its footer. */
function woocommerce_content(): void
{
    while (have_posts()) {
        the_post();
        $product = wc_get_product(get_the_ID());
        is_product() ? stand_in_product_page($product) : stand_in_product_in_list($product);
    }
}

/** The name is shown as a title, with the markup its author gave it: themes do not escape it either. */
function stand_in_product_page(WC_Product $product): void
{
    do_action('woocommerce_before_single_product');
    the_title('<h1 class="product_title">', '</h1>');
    printf(
        '<p class="price">%1$s</p><form class="cart" method="post" action="%2$s">'
        . '<input type="number" name="quantity" value="1" min="1">'
        . '<button type="submit" name="add-to-cart" value="%3$d" class="single_add_to_cart_button button">'
        . 'Add to cart</button>',
        esc_html(wc_price($product->get_price())),
        esc_url($product->get_permalink()),
        $product->get_id()
    );
    do_action('woocommerce_after_add_to_cart_button');
    echo '</form>';
}

function stand_in_product_in_list(WC_Product $product): void
{
    $link = sprintf(
        '<a href="?add-to-cart=%1$d" data-product_id="%1$d" data-product_sku="%2$s" data-quantity="1"'
        . ' class="button add_to_cart_button ajax_add_to_cart">Add to cart</a>',
        $product->get_id(),
        esc_attr($product->get_sku())
    );
    printf(
        '<div class="product"><a href="%s">%s</a> ',
        esc_url($product->get_permalink()),
        esc_html($product->get_name())
    );
    echo apply_filters('woocommerce_loop_add_to_cart_link', $link, $product, []) . '</div>';
}
