<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\AddToCartEvent;
use Pinrelay\WooCommerce\Mapping\ProductFacts;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * One event per successful add to the cart, whatever the flavour: form, link, wc-ajax, Store API alone or in a batch, a
 * grouped product once for each child. All of them fire `woocommerce_add_to_cart` after the item lies in the cart; a
 * failed add, a restored session and a changed quantity do not.
 *
 * Both halves carry the id made here. The server half is captured at once, the browser half goes by EventCookies.
 */
final class AddToCart
{
    private const EVENT = 'add_to_cart';

    public function __construct(
        private readonly Settings $settings,
        private readonly RelayFactory $relays,
        private readonly Visitor $visitor,
        private readonly EventCookies $cookies,
        private readonly Guard $guard,
    ) {
    }

    public function register(): void
    {
        // Late, so that plugins which take an item out again in the same hook have done so.
        add_action('woocommerce_add_to_cart', $this->guard->action('add to cart', $this->added(...)), 40, 3);
    }

    private function added(string $cartItemKey, mixed $productId, mixed $quantity): void
    {
        $tag = $this->settings->tagReady() && $this->settings->wants(self::EVENT, 'tag');
        $api = $this->settings->active() && $this->settings->wants(self::EVENT, 'api');
        if ((!$tag && !$api) || self::isSimulated()) {
            return;
        }
        // The cart's own product object: add-on and bundle plugins have set its price. A clone of the cart, as some
        // payment buttons fill to ask for a total, is not the shopper's cart and does not hold the item.
        $product = WC()->cart?->get_cart_item($cartItemKey)['data'] ?? null;
        if (!$product instanceof \WC_Product || !is_numeric($quantity)) {
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
        if ($tag) {
            $this->toBrowser($event);
        }
        if ($api) {
            $this->guard->run('capture of add_to_cart', fn () => $this->relays->relay()?->capture($event));
        }
    }

    /** @param array<string, mixed> $event */
    private function toBrowser(array $event): void
    {
        if (!$this->cookies->send(TagRenderer::track($event))) {
            wc_get_logger()->debug(
                'The browser half of ' . $event['event_id'] . ' stayed behind: headers were sent, or too many wait.',
                ['source' => Guard::LOG_SOURCE],
            );
        }
    }

    /** PayPal's buttons fill a cart to ask for its total and empty it again. */
    private static function isSimulated(): bool
    {
        return ($_GET['wc-ajax'] ?? '') === 'ppc-simulate-cart';
    }
}
