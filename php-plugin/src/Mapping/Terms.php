<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * What the catalogue says about a product beside its name: categories, brand, variant. Thin: reads WordPress' and
 * WooCommerce's own caches, decides nothing about events.
 */
final class Terms
{
    /** @return list<string> */
    public static function categories(int $productId): array
    {
        return self::names($productId, 'product_cat');
    }

    /** WooCommerce's own brands (9.6 and later); several are sent as one text. */
    public static function brand(int $productId): string
    {
        return implode(', ', self::names($productId, 'product_brand'));
    }

    /** "Blue, Large": the values of a variation in the order of its attributes; '' for any other product. */
    public static function variant(\WC_Product $product): string
    {
        if (!$product->is_type('variation')) {
            return '';
        }
        $values = [];
        foreach (array_keys($product->get_attributes()) as $name) {
            $values[] = self::text((string) $product->get_attribute((string) $name));
        }
        return implode(', ', array_filter($values, static fn (string $value): bool => $value !== ''));
    }

    /** Names are stored with entities ("Cups &amp; Mugs") and may hold markup; an event holds plain text. */
    public static function text(string $stored): string
    {
        return trim(html_entity_decode($stored, ENT_QUOTES | ENT_HTML5, 'UTF-8'));
    }

    /** @return list<string> */
    private static function names(int $productId, string $taxonomy): array
    {
        $terms = $productId > 0 && taxonomy_exists($taxonomy) ? get_the_terms($productId, $taxonomy) : false;
        return is_array($terms)
            ? array_values(array_map(static fn (\WP_Term $term): string => self::text($term->name), $terms))
            : [];
    }
}
