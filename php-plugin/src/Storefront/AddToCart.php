<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Mapping\AddToCartEvent;
use Pinrelay\WooCommerce\Mapping\ProductFacts;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * One event per successful add to the cart, whatever the flavour: form, link, wc-ajax, Store API alone or in a batch, a
 * grouped product once for each child. All of them fire `woocommerce_add_to_cart` after the item lies in the cart; a
 * failed add, a restored session and a changed quantity do not. One does not fire it: the Store API, asked for more of
 * what is in the cart already, only raises the quantity, which is told from a shopper's own change of the quantity by
 * the request that does it.
 *
 * Both halves carry the id made here. The server half is captured at once, the browser half goes by EventCookies.
 */
final class AddToCart
{
    private const EVENT = 'add_to_cart';

    /** Whether the Store API is in the middle of an add. */
    private bool $isAdding = false;

    public function __construct(
        private readonly Settings $settings,
        private readonly RelayFactory $relays,
        private readonly Visitor $visitor,
        private readonly EventCookies $cookies,
        private readonly Consent $consent,
        private readonly Guard $guard,
    ) {
    }

    public function register(): void
    {
        if (!$this->goesToTag() && !$this->goesToApi()) {
            return;
        }
        // Late, so that plugins which take an item out again in the same hook have done so.
        add_action('woocommerce_add_to_cart', $this->guard->action('add to cart', $this->added(...)), 40, 3);

        $raised = $this->guard->action('more to cart', $this->raised(...));
        add_action('woocommerce_after_cart_item_quantity_update', $raised, 40, 3);
        add_filter('woocommerce_store_api_add_to_cart_data', $this->whileAdding(true));
        // Each request of a batch ends here, the failed ones too.
        add_filter('rest_request_after_callbacks', $this->whileAdding(false));
    }

    private function goesToTag(): bool
    {
        return $this->settings->tagReady() && $this->settings->wants(self::EVENT, 'tag');
    }

    private function goesToApi(): bool
    {
        return $this->settings->apiReady() && $this->settings->wants(self::EVENT, 'api');
    }

    /** A filter that changes nothing but what we know. */
    private function whileAdding(bool $isAdding): \Closure
    {
        return function (mixed $passedOn) use ($isAdding): mixed {
            $this->isAdding = $isAdding;
            return $passedOn;
        };
    }

    private function raised(mixed $cartItemKey, mixed $quantity, mixed $before): void
    {
        if ($this->isAdding && is_numeric($quantity) && is_numeric($before) && $quantity > $before) {
            $this->added($cartItemKey, null, $quantity - $before);
        }
    }

    private function added(mixed $cartItemKey, mixed $productId, mixed $quantity): void
    {
        // The cart's own product object: add-on and bundle plugins have set its price. A clone of the cart, as some
        // payment buttons fill to ask for a total, is not the shopper's cart and does not hold the item.
        $product = WC()->cart?->get_cart_item((string) $cartItemKey)['data'] ?? null;
        if (!$product instanceof \WC_Product || !is_numeric($quantity) || self::isSimulated()) {
            return;
        }
        if (!$this->consent->isGiven()) {
            return;
        }
        $event = AddToCartEvent::map(
            ProductFacts::of($product, $quantity + 0),
            $this->visitor->context(),
            wp_generate_uuid4(),
            time(),
            $this->settings,
        );
        /** The event before it is handed over, as for orders; null leaves it out. */
        $filtered = apply_filters('pinrelay_event', $event, $product);
        if (!is_array($filtered)) {
            return;
        }
        $event = ['event_id' => $event['event_id']] + $filtered;
        if ($this->goesToTag()) {
            $this->toBrowser($event);
        }
        if ($this->goesToApi()) {
            $this->guard->run('capture of add_to_cart', fn () => $this->toServer($event));
        }
    }

    /** @param array<string, mixed> $event */
    private function toServer(array $event): void
    {
        try {
            $this->relays->relay()?->capture($event);
        } catch (\Pinrelay\InvalidEventException $invalid) {
            $paths = array_column($invalid->errors(), 'path');
            if (array_filter($paths, static fn (string $path): bool => !str_starts_with($path, 'user')) !== []) {
                throw $invalid;
            }
            // Nothing is wrong with the shop: a visitor of whom nothing is known that Pinterest could match by.
            $this->debug($invalid->getMessage());
        }
    }

    /** @param array<string, mixed> $event */
    private function toBrowser(array $event): void
    {
        if (!$this->cookies->send(TagRenderer::track($event))) {
            $this->debug("The browser half of {$event['event_id']} stayed behind: headers were out, or too many wait.");
        }
    }

    private function debug(string $line): void
    {
        wc_get_logger()->debug($line, ['source' => Guard::LOG_SOURCE]);
    }

    /** PayPal's buttons fill a cart to ask for its total and empty it again. */
    private static function isSimulated(): bool
    {
        return ($_GET['wc-ajax'] ?? '') === 'ppc-simulate-cart';
    }
}
