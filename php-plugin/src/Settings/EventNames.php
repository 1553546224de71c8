<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * Which events are born where. Whatever is not in these lists cannot be handed in by a browser: a `checkout` is an
 * accepted order, an `add_to_cart` is a cart that holds the item, and both are reported by the server that saw it.
 * Pure.
 */
final class EventNames
{
    /** Printed on a page with the shop's signature; the browser gives them their id. */
    public const ON_PAGES = ['page_visit', 'view_category', 'search', 'initiate_checkout'];

    /** What `pinrelay.track` in a browser and the action `pinrelay_track` may report. */
    public const TRACKED = [
        'add_to_wishlist',
        'add_payment_info',
        'signup',
        'lead',
        'subscribe',
        'watch_video',
        'view_content',
        'custom',
    ];

    /** Every event of the plugin, in the order of a visitor's way. */
    public const ALL = [
        'page_visit',
        'view_category',
        'view_content',
        'search',
        'add_to_wishlist',
        'add_to_cart',
        'initiate_checkout',
        'add_payment_info',
        'checkout',
        'signup',
        'lead',
        'subscribe',
        'watch_video',
        'custom',
    ];
}
