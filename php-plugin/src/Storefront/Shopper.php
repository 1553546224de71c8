<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Whether whoever is at work in this request is the shopper of an order. Merchants pay orders on the shopper's own
 * page, with a card that was read to them on the telephone: their browser is nobody's match key, and nothing of the
 * shopper's is printed for them.
 */
final class Shopper
{
    public static function isHere(\WC_Order $order): bool
    {
        return (int) $order->get_customer_id() === get_current_user_id() || !current_user_can('edit_shop_orders');
    }

    /** Whether the merchant or his staff asks. REST knows nobody without a nonce, which a page from a cache has not. */
    public static function isStaff(): bool
    {
        $user = get_current_user_id() ?: (int) wp_validate_auth_cookie('', 'logged_in');
        return $user > 0 && user_can($user, 'edit_shop_orders');
    }
}
