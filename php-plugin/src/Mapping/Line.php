<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * One line of an order, or one product, as an item of the event array.
 *
 * A line's facts, the same for orders and products (OrderFacts, ProductFacts):
 *   product_id, variation_id  int, 0 when there is none
 *   sku, filtered_id, name    string; filtered_id is what the filter `pinrelay_item_id` answered
 *   categories                list of names
 *   brand, variant            string
 *   quantity                  int or float
 *   subtotal, subtotal_tax    decimal string: the whole line before discounts, and its tax
 *   total, total_tax          decimal string: the same after discounts
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class Line
{
    /**
     * The item, or null for a line of no units. What is unknown is left out, and so is a price of nothing: a gift
     * has an id and a quantity, but no price that says anything.
     *
     * @param array<string, mixed> $line
     * @return array<string, string|int>|null
     */
    public static function item(array $line, int $decimals, Settings $settings): ?array
    {
        [$quantity, $units] = self::quantity($line['quantity']);
        if ($quantity < 1) {
            return null;
        }
        $price = Decimal::of($line['subtotal']);
        if (self::taxCounts($settings)) {
            $price = $price->plus(Decimal::of($line['subtotal_tax']));
        }
        $price = $price->dividedBy($units, $decimals);

        return array_filter([
            'id' => Text::plain(self::id($line, $settings->itemId)),
            'name' => Text::plain($line['name']),
            'category' => Text::plain(implode(', ', $line['categories'])),
            'brand' => Text::plain($line['brand']),
            'variant' => Text::plain($line['variant']),
            'price' => $price->isPositive() ? (string) $price : '',
            'quantity' => $quantity,
        ], static fn (string|int $part): bool => $part !== '');
    }

    /** What the line brought after its discounts, with tax where the setting `value` says so; not rounded. */
    public static function worth(array $line, Settings $settings): Decimal
    {
        $worth = Decimal::of($line['total']);
        return self::taxCounts($settings) ? $worth->plus(Decimal::of($line['total_tax'])) : $worth;
    }

    /**
     * Prices follow the basis of the value, so that the items of an undiscounted order without shipping add up
     * to it.
     */
    private static function taxCounts(Settings $settings): bool
    {
        return $settings->value !== 'items';
    }

    /**
     * The id the shop's catalogue uses. The post id of the variation first, as in the official feed; a product
     * without a SKU, or one deleted since, still has its post id. The last three are how common feed plugins write it:
     * Google for WooCommerce, Google Product Feed, and Facebook for WooCommerce.
     */
    private static function id(array $line, string $kind): string
    {
        $post = $line['variation_id'] > 0 ? $line['variation_id'] : $line['product_id'];
        $postId = $post > 0 ? (string) $post : '';
        return match ($kind) {
            'sku' => $line['sku'] !== '' ? $line['sku'] : $postId,
            'filter' => $line['filtered_id'] !== '' ? $line['filtered_id'] : $postId,
            'gla' => self::prefixed('gla', $postId),
            'gpf' => self::prefixed('woocommerce_gpf', $postId),
            'facebook' => self::prefixed($line['sku'] !== '' ? $line['sku'] : 'wc_post_id', $postId),
            default => $postId,
        };
    }

    private static function prefixed(string $prefix, string $postId): string
    {
        return $postId === '' ? '' : $prefix . '_' . $postId;
    }

    /**
     * Quantities are whole numbers at Pinterest. A fraction (1.5 m of cloth, by a plugin) is sent as one unit at the
     * price of the line.
     *
     * @return array{int, int} what to send, and by how many units the line's amount is divided
     */
    private static function quantity(int|float $quantity): array
    {
        if ($quantity <= 0) {
            return [0, 1];
        }
        $whole = (int) $quantity;
        return (float) $whole === (float) $quantity ? [$whole, $whole] : [1, 1];
    }
}
