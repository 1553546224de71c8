<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Orders\OrderSource;
use Pinrelay\WooCommerce\Storefront\Requester;

/**
 * What an order says, as a plain array that survives JSON: the only place that reads a WC_Order for an event. Thin on
 * purpose; everything that is decided is decided by OrderEvent, which is tested on such arrays recorded from real
 * orders.
 *
 * Money is read as it is stored ("edit"). What WooCommerce gives for showing goes through the filters of currency
 * switchers: they convert amounts into what the visitor of this moment has picked, or pick the order's currency for
 * the rest of the page.
 *
 * Holds the buyer's raw personal data: it lives for one call and is never stored or logged.
 */
final class OrderFacts
{
    /**
     * Shape (amounts are decimal strings as WooCommerce stores them, with up to its rounding precision):
     *   id int, is_online bool (the shop's own checkout made it), number string, currency string,
     *   language string (two letters or '', the shop's),
     *   decimals int (of that currency), round_at_subtotal bool (how the shop rounds), customer_id int (0: guest),
     *   items list of lines (Line), coupons list of codes,
     *   fees, fees_tax, shipping, shipping_tax, tax, total: string,
     *   billing: email, phone, first_name, last_name, city, state, postcode, country
     *
     * @return array<string, mixed>
     */
    public static function of(\WC_Order $order): array
    {
        $items = [];
        foreach ($order->get_items() as $item) {
            if ($item instanceof \WC_Order_Item_Product) {
                $items[] = [
                    'line' => self::line($item),
                    'key' => self::key($item),
                    'part_of' => Bundle::of(static fn (string $word): mixed => $item->get_meta($word)),
                ];
            }
        }
        $fees = Decimal::zero();
        $feesTax = Decimal::zero();
        foreach ($order->get_fees() as $fee) {
            $fees = $fees->plus(Decimal::of($fee->get_total('edit')));
            $feesTax = $feesTax->plus(Decimal::of($fee->get_total_tax('edit')));
        }

        return [
            'id' => $order->get_id(),
            'is_online' => OrderSource::isOnline((string) $order->get_created_via()),
            'number' => (string) $order->get_order_number(),
            'currency' => (string) $order->get_currency('edit'),
            'language' => Language::of(get_locale()),
            'decimals' => Currency::decimals((string) $order->get_currency('edit')),
            'round_at_subtotal' => get_option('woocommerce_tax_round_at_subtotal') === 'yes',
            'customer_id' => self::customer((int) $order->get_customer_id()),
            'items' => Bundle::fold($items),
            'coupons' => array_values(array_map('strval', $order->get_coupon_codes())),
            'fees' => (string) $fees,
            'fees_tax' => (string) $feesTax,
            'shipping' => (string) Decimal::of($order->get_shipping_total('edit')),
            'shipping_tax' => (string) Decimal::of($order->get_shipping_tax('edit')),
            'tax' => (string) Decimal::of($order->get_total_tax('edit')),
            'total' => (string) Decimal::of(self::total($order)),
            'billing' => [
                'email' => (string) $order->get_billing_email(),
                'phone' => (string) $order->get_billing_phone(),
                'first_name' => (string) $order->get_billing_first_name(),
                'last_name' => (string) $order->get_billing_last_name(),
                'city' => (string) $order->get_billing_city(),
                'state' => (string) $order->get_billing_state(),
                'postcode' => (string) $order->get_billing_postcode(),
                'country' => (string) $order->get_billing_country(),
            ],
        ];
    }

    /**
     * What the order costs. WooCommerce rounds this one amount as it reads an order, by the setting of the moment;
     * where that has fewer decimals than the order's currency, the order is read once more with those of its own.
     */
    private static function total(\WC_Order $order): mixed
    {
        $decimals = Currency::decimals((string) $order->get_currency('edit'));
        if (wc_get_price_decimals() >= $decimals) {
            return $order->get_total('edit');
        }
        $own = static fn (): int => $decimals;
        add_filter('wc_get_price_decimals', $own, PHP_INT_MAX);
        try {
            return (new ($order::class)($order->get_id()))->get_total('edit');
        } finally {
            remove_filter('wc_get_price_decimals', $own, PHP_INT_MAX);
        }
    }

    /** Who typed an order at the front end is its customer to WooCommerce, and nobody who could be matched. */
    private static function customer(int $id): int
    {
        return $id > 0 && Requester::isStaffAccount($id) && apply_filters('pinrelay_is_staff', true) === true ? 0 : $id;
    }

    /** @return array<string, mixed> */
    private static function line(\WC_Order_Item_Product $item): array
    {
        $product = $item->get_product();
        $product = $product instanceof \WC_Product ? $product : null;
        $productId = $item->get_product_id() ?: self::storedId($item, '_product_id');
        $variationId = $item->get_variation_id() ?: self::storedId($item, '_variation_id');
        $sku = $product === null ? '' : (string) $product->get_sku();

        return [
            'product_id' => $productId,
            'variation_id' => $variationId,
            'sku' => $sku,
            'filtered_id' => ProductFacts::filteredId($productId, $variationId, $sku),
            'name' => Terms::text((string) $item->get_name()),
            'categories' => Terms::categories($productId),
            'brand' => Terms::brand($productId),
            'variant' => $product === null ? '' : Terms::variant($product),
            'quantity' => $item->get_quantity('edit') + 0,
            'subtotal' => (string) Decimal::of($item->get_subtotal('edit')),
            'subtotal_tax' => (string) Decimal::of($item->get_subtotal_tax('edit')),
            'total' => (string) Decimal::of($item->get_total('edit')),
            'total_tax' => (string) Decimal::of($item->get_total_tax('edit')),
        ];
    }

    /** By what the parts of this line name it, where it is a bundle. */
    private static function key(\WC_Order_Item_Product $item): string
    {
        foreach (Bundle::KEYS as $key) {
            $said = $item->get_meta($key);
            if (is_string($said) && $said !== '') {
                return $said;
            }
        }
        return '';
    }

    /**
     * The id as the order stored it. WooCommerce answers 0 for a product that has been deleted since, because its
     * setter refuses ids that are no product any more; Pinterest saw the product under that id all the same.
     */
    private static function storedId(\WC_Order_Item_Product $item, string $key): int
    {
        return absint(wc_get_order_item_meta($item->get_id(), $key, true));
    }
}
