<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\BrowseEvents;
use Pinrelay\WooCommerce\Mapping\Visit;

/**
 * A search that finds a single product: WooCommerce sends the visitor there and shows no page of results, which could
 * tell of the search. It is reported here, and its browser half goes by cookie, without the words that were looked for.
 */
final class SearchRedirect
{
    private const EVENT = 'search';

    public function __construct(
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
    ) {
    }

    /** Asked by WooCommerce for each search of products, whatever it found. */
    public function found(mixed $redirects): mixed
    {
        if (!$this->events->wants(self::EVENT)) {
            return $redirects;
        }
        $query = $GLOBALS['wp_query'] ?? null;
        $isSingle = $redirects && $query instanceof \WP_Query && (int) $query->found_posts === 1;
        $product = $isSingle ? wc_get_product($query->post) : null;
        if ($product instanceof \WC_Product && $product->is_visible() && !self::isPrefetched()) {
            $event = BrowseEvents::search(get_search_query(false)) + ['event_time' => time()];
            $this->events->report($event + Visit::part($this->visitor->context()), $product);
        }
        return $redirects;
    }

    /** A browser that fetches a link before anybody follows it says so. */
    private static function isPrefetched(): bool
    {
        $purpose = ($_SERVER['HTTP_SEC_PURPOSE'] ?? '') . ($_SERVER['HTTP_PURPOSE'] ?? '');
        return str_contains($purpose, 'prefetch');
    }
}
