<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Mapping\BrowseEvents;
use Pinrelay\WooCommerce\Mapping\CartEvent;
use Pinrelay\WooCommerce\Mapping\PageVisitEvent;
use Pinrelay\WooCommerce\Mapping\ProductFacts;
use Pinrelay\WooCommerce\Mapping\Terms;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * What the page at hand shows, as events without id, time and visitor: a visit, and with it a category, a search or a
 * checkout begun. Asks WordPress what page this is, and prints nothing.
 */
final class PageEvents
{
    /** @param string $language of the page, two letters or '' */
    public function __construct(
        private readonly Settings $settings,
        private readonly string $language,
    ) {
    }

    /** Whether the page shows nothing of the catalogue or of a checkout, so that it is a visit and nothing else. */
    public static function isPlain(): bool
    {
        return !is_product() && !is_product_taxonomy() && !is_shop() && !is_search() && !self::isCheckout();
    }

    /** @return list<array<string, mixed>> each short enough to be handed in by a browser */
    public function all(): array
    {
        $events = array_filter([
            is_product()
                ? PageVisitEvent::map($this->product(), $this->settings)
                : ['event_name' => 'page_visit'],
            $this->list(),
            $this->checkout(),
        ]);
        // A shop may speak several languages, and who takes the visit without WordPress cannot tell the page's.
        $language = array_filter(['language' => $this->language]);
        return array_values(array_map(
            static fn (array $event): array => PageFacts::fit($event + $language),
            $events,
        ));
    }

    /** A checkout page before the order: the classic or the block form, not the pages of an order that exist below it. */
    public static function isCheckout(): bool
    {
        return self::hasCheckout() && !is_order_received_page() && !is_checkout_pay_page();
    }

    /**
     * Whether the page shows what is its visitor's own, and is in no cache: WooCommerce keeps its own pages out, and
     * BaseTag those that an owner has made beside them.
     */
    public static function isOfVisitor(): bool
    {
        return self::hasCheckout() || is_account_page();
    }

    /**
     * On pages other than the assigned one WooCommerce looks for the shortcode alone
     * (docs/woocommerce-hooks.md#other-facts).
     */
    private static function hasCheckout(): bool
    {
        $page = get_queried_object();
        return is_checkout() || ($page instanceof \WP_Post && has_block('woocommerce/checkout', $page));
    }

    /** @return ?array<string, mixed> */
    private function product(): ?array
    {
        $id = get_queried_object_id();
        // Templates leave the last product that they showed, which is mostly the page's own: it is dear to load twice.
        $shown = $GLOBALS['product'] ?? null;
        $product = $shown instanceof \WC_Product && $shown->get_id() === $id ? $shown : wc_get_product($id);
        return $product instanceof \WC_Product ? ProductFacts::of($product) : null;
    }

    /** @return ?array<string, mixed> */
    private function list(): ?array
    {
        $term = is_product_taxonomy() ? get_queried_object() : null;
        return match (true) {
            // A search within a category is a search; one for posts and pages is none of a shop's.
            is_search() => self::isOfProducts() ? BrowseEvents::search(get_search_query(false)) : null,
            $term instanceof \WP_Term => BrowseEvents::category(Terms::text($term->name)),
            is_shop() => BrowseEvents::category(Terms::text((string) get_the_title(wc_get_page_id('shop')))),
            default => null,
        };
    }

    private static function isOfProducts(): bool
    {
        return get_query_var('post_type') === 'product' || is_product_taxonomy();
    }

    /** @return ?array<string, mixed> */
    private function checkout(): ?array
    {
        if (!self::isCheckout()) {
            return null;
        }
        $lines = CartLines::of(WC()->cart?->get_cart() ?? []);
        return $lines === [] ? null : CartEvent::map('initiate_checkout', $lines, $this->settings);
    }
}
