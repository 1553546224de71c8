<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

function is_product(): bool
{
    return is_singular('product');
}

function is_shop(): bool
{
    return is_post_type_archive('product');
}

function is_product_taxonomy(): bool
{
    return is_tax(['product_cat', 'product_tag', 'product_brand']);
}

function is_product_category(mixed $term = ''): bool
{
    return is_tax('product_cat', $term);
}

function is_product_tag(mixed $term = ''): bool
{
    return is_tax('product_tag', $term);
}

function is_woocommerce(): bool
{
    return is_shop() || is_product() || is_product_taxonomy();
}

/** True for any page with the shortcode, and in wc-ajax requests that check out. */
function is_checkout(): bool
{
    return is_page(wc_get_page_id('checkout')) || defined('WOOCOMMERCE_CHECKOUT');
}

function is_cart(): bool
{
    return is_page(wc_get_page_id('cart'));
}

function is_account_page(): bool
{
    return false;
}

function is_wc_endpoint_url(string $endpoint = 'order-received'): bool
{
    global $wp;
    return isset($wp->query_vars[$endpoint]);
}

function is_checkout_pay_page(): bool
{
    return false;
}

function is_order_received_page(): bool
{
    return is_page(wc_get_page_id('checkout')) && is_wc_endpoint_url('order-received');
}
