<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\Bundle;
use Pinrelay\WooCommerce\Mapping\ProductFacts;

/** Reads a cart: its lines with each bundle as one, and whether it is the visitor's own. */
final class CartLines
{
    /**
     * @param array<string, mixed> $items of a WC_Cart
     * @return list<array<string, mixed>> in Line's shape
     */
    public static function of(array $items): array
    {
        $lines = [];
        foreach ($items as $key => $item) {
            if (($item['data'] ?? null) instanceof \WC_Product && is_numeric($item['quantity'] ?? null)) {
                $lines[] = [
                    'line' => ProductFacts::of($item['data'], $item['quantity'] + 0),
                    'key' => (string) $key,
                    'part_of' => self::bundle($item),
                ];
            }
        }
        return Bundle::fold($lines);
    }

    /** @param array<string, mixed> $item @return string what bundle it is part of, '' for none */
    public static function bundle(array $item): string
    {
        return Bundle::of(static fn (string $word): mixed => $item[$word] ?? null);
    }

    /**
     * One item with the parts that lie in the cart for it, as if $quantity of it were bought.
     *
     * @param array<string, mixed> $items of a WC_Cart
     * @return array<string, mixed> in Line's shape
     */
    public static function one(array $items, string $key, int|float $quantity): array
    {
        $item = $items[$key];
        $share = $quantity / max(1, (float) $item['quantity']);
        $own = [$key => ['quantity' => $quantity] + $item];
        foreach ($items as $part => $other) {
            if (is_array($other) && in_array(self::bundle($other), [$key, (string) $item['data']->get_id()], true)) {
                $own[$part] = ['quantity' => (float) ($other['quantity'] ?? 0) * $share] + $other;
            }
        }
        return self::of($own)[0];
    }

    /**
     * Whether what is put into this request's cart is put into the visitor's own. Wallets fill a cart to ask for its
     * total: a copy, another session's, or his own for a moment.
     */
    public static function isOfVisitor(): bool
    {
        /**
         * Whether the cart of this request is the visitor's own, so that an add to it is one of his.
         *
         * @param bool $is_his false where a known wallet only asks for a price
         */
        return true === apply_filters('pinrelay_is_shopper_cart', !self::isOfAWallet());
    }

    private static function isOfAWallet(): bool
    {
        foreach (array_keys($_SERVER) as $name) {
            // WooPayments' own session, beside the visitor's.
            if (str_starts_with((string) $name, 'HTTP_X_WOOPAYMENTS_TOKENIZED_CART')) {
                return true;
            }
        }
        // PayPal's buttons and Mollie's Apple Pay fill the cart in answer to these, and empty it again.
        $ajax = [$_GET['wc-ajax'] ?? '', $_REQUEST['action'] ?? ''];
        return array_intersect(array_filter($ajax, 'is_string'), [
            'ppc-simulate-cart',
            'mollie_apple_pay_update_shipping_contact',
            'mollie_apple_pay_update_shipping_method',
        ]) !== [];
    }
}
