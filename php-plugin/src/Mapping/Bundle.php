<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * Puts the parts of a bundle into the line of the bundle: plugins sell it as one line and each of its parts as another,
 * and the customer has bought one thing. So it counts once, and its line is worth whatever its plugin has priced, the
 * whole or the parts.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class Bundle
{
    /**
     * In which words a part names the bundle it is of, in the cart and (with an underscore before some) in an order:
     * WooCommerce's Product Bundles and YITH's, Composite Products, Mix and Match, WPC's bundles and composites,
     * Chained Products. Some name its key in the cart, others only its product.
     */
    private const PARTS = [
        'bundled_by', 'composite_parent', 'mnm_container', 'woosb_parent_key', 'woosb_parent_id', 'wooco_parent_key',
        'wooco_parent_id', 'chained_item_of', 'chained_product_of',
    ];

    /** The key in the cart that the line of a bundle keeps in an order. */
    public const KEYS = ['_bundle_cart_key', '_yith_bundle_cart_key', '_composite_cart_key', '_mnm_cart_key'];

    private const AMOUNTS = ['subtotal', 'subtotal_tax', 'total', 'total_tax'];

    /**
     * What a line says of the bundle that it is part of.
     *
     * @param callable(string): mixed $said by word
     * @return string '' for a line of its own
     */
    public static function of(callable $said): string
    {
        foreach (self::PARTS as $word) {
            foreach ([$word, '_' . $word] as $key) {
                $bundle = $said($key);
                if (is_scalar($bundle) && (string) $bundle !== '' && (string) $bundle !== '0') {
                    return (string) $bundle;
                }
            }
        }
        return '';
    }

    /**
     * @param list<array{line: array<string, mixed>, key: string, part_of: string}> $lines in the order of the cart,
     *     where the parts follow their bundle; `key` is what a part may name, '' where the line does not say
     * @return list<array<string, mixed>> lines in Line's shape, one for each bundle
     */
    public static function fold(array $lines): array
    {
        $folded = [];
        $places = [];
        foreach ($lines as ['line' => $line, 'key' => $key, 'part_of' => $partOf]) {
            $place = $partOf === '' ? null : ($places[$partOf] ?? array_key_last($folded));
            if ($place === null) {
                $place = count($folded);
                $folded[] = $line;
            } else {
                foreach (self::AMOUNTS as $amount) {
                    $folded[$place][$amount] = (string) Decimal::of($folded[$place][$amount])
                        ->plus(Decimal::of($line[$amount]));
                }
            }
            if ($key !== '') {
                // A bundle within a bundle is part of the outer one.
                $places[$key] = $place;
            }
        }
        return $folded;
    }
}
