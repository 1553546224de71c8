<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\AddToCartEvent;
use Pinrelay\WooCommerce\Mapping\ProductFacts;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * One event per successful add to the cart, whatever the flavour: form, link, wc-ajax, Store API alone or in a batch, a
 * grouped product once for each child. Nearly all of them fire `woocommerce_add_to_cart` after the item lies in the
 * cart; a failed add, a restored session and a changed quantity do not. Two do not fire it. The Store API, asked for
 * more of what is in the cart already, only raises the quantity, which is told from a visitor's own change of the
 * quantity by the request that does it. An order that is ordered again fills the cart as its session is loaded.
 */
final class AddToCart
{
    private const EVENT = 'add_to_cart';

    /** Whether the Store API is in the middle of an add. */
    private bool $isAdding = false;

    public function __construct(
        private readonly Settings $settings,
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
    ) {
    }

    /** A filter that changes nothing but what we know. */
    public function addingBegins(mixed $passedOn): mixed
    {
        $this->isAdding = true;
        return $passedOn;
    }

    public function addingEnds(mixed $passedOn): mixed
    {
        $this->isAdding = false;
        return $passedOn;
    }

    public function raised(mixed $cartItemKey, mixed $quantity, mixed $before): void
    {
        if ($this->isAdding && is_numeric($quantity) && is_numeric($before) && $quantity > $before) {
            $this->added($cartItemKey, null, $quantity - $before);
        }
    }

    public function added(mixed $cartItemKey, mixed $productId, mixed $quantity): void
    {
        if (!$this->events->wants(self::EVENT) || self::isOfAnotherCart()) {
            return;
        }
        $items = WC()->cart?->get_cart_contents() ?? [];
        $item = $items[(string) $cartItemKey] ?? null;
        // The parts of a bundle are added beside it, some by this hook.
        if (!is_array($item) || CartLines::bundle($item) !== '' || !self::isAdd($item['data'] ?? null, $quantity)) {
            return;
        }
        // The cart's own product object: add-on and bundle plugins have set its price.
        $this->report($item['data'], CartLines::one($items, (string) $cartItemKey, $quantity + 0));
    }

    /** One item of an old order, about to be put into the cart. */
    public function orderedAgain(mixed $item): mixed
    {
        $quantity = $item['quantity'] ?? null;
        $isWanted = $this->events->wants(self::EVENT);
        if ($isWanted && self::isAdd($item['data'] ?? null, $quantity) && CartLines::bundle($item) === '') {
            $this->report($item['data'], ProductFacts::of($item['data'], $quantity + 0));
        }
        return $item;
    }

    private static function isAdd(mixed $product, mixed $quantity): bool
    {
        return $product instanceof \WC_Product && is_numeric($quantity);
    }

    /** @param array<string, mixed> $facts in Line's shape */
    private function report(\WC_Product $product, array $facts): void
    {
        if (!CartLines::isOfVisitor()) {
            return;
        }
        $event = AddToCartEvent::map(
            $facts,
            $this->visitor->context(),
            wp_generate_uuid4(),
            time(),
            $this->settings,
        );
        $this->events->report($event, $product);
    }

    /**
     * Some payment buttons fill a copy of the cart to ask for its total. The hook does not say which cart it is of, and
     * the visitor's own may hold the same product.
     */
    private static function isOfAnotherCart(): bool
    {
        foreach (debug_backtrace(DEBUG_BACKTRACE_PROVIDE_OBJECT | DEBUG_BACKTRACE_IGNORE_ARGS) as $frame) {
            if ($frame['function'] === 'add_to_cart' && ($frame['object'] ?? null) instanceof \WC_Cart) {
                return $frame['object'] !== WC()->cart;
            }
        }
        return false;
    }
}
