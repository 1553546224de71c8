<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\CartEvent;
use Pinrelay\WooCommerce\Mapping\ProductFacts;
use Pinrelay\WooCommerce\Mapping\Visit;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * A product put on a wishlist, as the common wishlist plugins tell of it; WooCommerce has no such list. Other plugins
 * are told of with the action `pinrelay_track` and the event `add_to_wishlist`.
 */
final class Wishlists
{
    private const EVENT = 'add_to_wishlist';

    public function __construct(
        private readonly Settings $settings,
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
        private readonly Guard $guard,
    ) {
    }

    public function register(): void
    {
        if (!$this->events->wants(self::EVENT)) {
            return;
        }
        $wished = fn (mixed $id): mixed => $this->wished(is_numeric($id) ? (int) $id : 0);
        // YITH WooCommerce Wishlist: product id, list, user.
        add_action('yith_wcwl_added_to_wishlist', $this->guard->action(self::EVENT, $wished), 10, 1);
        // WPC Smart Wishlist: product id, which is 0 where the add failed, and the list's key, which is # where the
        // visitor has to log in first. Told again for a product that is on the list already.
        $listed = static fn (mixed $id, mixed $key = ''): mixed => $key === '#' ? null : $wished($id);
        add_action('woosw_add', $this->guard->action(self::EVENT, $listed), 10, 2);
        // TI WooCommerce Wishlist: a row with product_id and variation_id.
        add_action('tinvwl_product_added', $this->guard->action(self::EVENT, static fn (mixed $row): mixed => $wished(
            is_array($row) ? (($row['variation_id'] ?? 0) ?: ($row['product_id'] ?? 0)) : 0,
        )), 10, 1);
    }

    private function wished(int $id): void
    {
        $product = $id > 0 ? wc_get_product($id) : null;
        if ($product instanceof \WC_Product) {
            $event = CartEvent::map(self::EVENT, [ProductFacts::of($product)], $this->settings);
            // A wish moves no money.
            unset($event['value']);
            $this->events->tell($event + ['event_time' => time()] + Visit::part($this->visitor->context()), $product);
        }
    }
}
