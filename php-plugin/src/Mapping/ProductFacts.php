<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * What a product says, as a plain array that survives JSON: one line in Line's shape, as if that many of it were
 * ordered now without a discount, with `currency` and `decimals` beside it. The only place that reads a WC_Product for
 * an event; thin, decides nothing about events.
 *
 * For an add to the cart pass the product object of the cart item, which carries the price that add-on and bundle
 * plugins gave it.
 */
final class ProductFacts
{
    /** @return array<string, mixed> */
    public static function of(\WC_Product $product, int|float $quantity = 1): array
    {
        // The one that the page shows its prices in.
        $currency = get_woocommerce_currency();
        $isVariation = $product->is_type('variation');
        $productId = $isVariation ? $product->get_parent_id() : $product->get_id();
        $variationId = $isVariation ? $product->get_id() : 0;
        $sku = (string) $product->get_sku();
        $net = self::amount(wc_get_price_excluding_tax($product, ['qty' => $quantity]));
        $tax = self::amount(
            (float) wc_get_price_including_tax($product, ['qty' => $quantity])
            - (float) wc_get_price_excluding_tax($product, ['qty' => $quantity]),
        );

        return [
            'product_id' => $productId,
            'variation_id' => $variationId,
            'sku' => $sku,
            'filtered_id' => self::filteredId($productId, $variationId, $sku),
            'name' => Terms::text($product->get_name()),
            'categories' => Terms::categories($productId),
            'brand' => Terms::brand($productId),
            'variant' => Terms::variant($product),
            'quantity' => $quantity,
            'subtotal' => $net,
            'subtotal_tax' => $tax,
            'total' => $net,
            'total_tax' => $tax,
            'currency' => $currency,
            'decimals' => Currency::decimals($currency),
        ];
    }

    /**
     * The id for the setting `filter`, for shops whose feed uses neither post ids nor SKUs.
     */
    public static function filteredId(int $productId, int $variationId, string $sku): string
    {
        /**
         * The catalogue id of a product, when the setting "item id" is "filter".
         *
         * @param string $id the post id, of the variation where there is one
         * @param int $productId
         * @param int $variationId 0 when there is none
         * @param string $sku '' when there is none
         */
        $id = apply_filters(
            'pinrelay_item_id',
            (string) ($variationId > 0 ? $variationId : $productId),
            $productId,
            $variationId,
            $sku,
        );
        return is_scalar($id) ? (string) $id : '';
    }

    /** WooCommerce computes these in binary floats: cut them to the precision it would store. */
    private static function amount(mixed $computed): string
    {
        return (string) Decimal::of(is_numeric($computed) ? (float) $computed : 0.0)
            ->rounded(wc_get_rounding_precision());
    }
}
