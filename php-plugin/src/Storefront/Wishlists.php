<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\CartEvent;
use Pinrelay\WooCommerce\Mapping\ProductFacts;
use Pinrelay\WooCommerce\Mapping\Visit;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * A product put on a wishlist, as the common wishlist plugins tell of it; WooCommerce has no such list. Other plugins
 * are reported with the action `pinrelay_track` and the event `add_to_wishlist`.
 */
final class Wishlists
{
    private const EVENT = 'add_to_wishlist';

    public function __construct(
        private readonly Settings $settings,
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
    ) {
    }

    /** YITH WooCommerce Wishlist: product id, list, user. */
    public function ofYith(mixed $id): void
    {
        $this->wished(is_numeric($id) ? (int) $id : 0);
    }

    /**
     * WPC Smart Wishlist: product id, which is 0 where the add failed, and the list's key, which is # where the visitor
     * has to log in first. Fired again for a product that is on the list already.
     */
    public function ofWpc(mixed $id, mixed $key = ''): void
    {
        $key === '#' ?: $this->ofYith($id);
    }

    /** TI WooCommerce Wishlist: a row with product_id and variation_id. */
    public function ofTi(mixed $row): void
    {
        $this->ofYith(is_array($row) ? (($row['variation_id'] ?? 0) ?: ($row['product_id'] ?? 0)) : 0);
    }

    private function wished(int $id): void
    {
        $product = $id > 0 && $this->events->wants(self::EVENT) ? wc_get_product($id) : null;
        if ($product instanceof \WC_Product) {
            $event = CartEvent::map(self::EVENT, [ProductFacts::of($product)], $this->settings);
            // A wish moves no money.
            unset($event['value']);
            $this->events->report($event + ['event_time' => time()] + Visit::part($this->visitor->context()), $product);
        }
    }
}
