<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Site\Hosts;

/**
 * Who makes this request: a visitor's own browser, or staff or a server that acts for him. The merchant types an order
 * that was read to him on the telephone; a payment service's server places one by the Store API. The address, agent and
 * cookies of either identify no visitor: they are not sent as match keys, and get no event of his.
 *
 * Asks the request and WordPress, and keeps nothing.
 */
final class Requester
{
    /** Whoever may do this works for the shop. */
    private const STAFF = ['edit_shop_orders', 'manage_woocommerce'];

    /** Whether the order's customer makes this request, with his own browser. */
    public static function isCustomerOf(\WC_Order $order): bool
    {
        return self::mayBeCustomerOf($order) && self::isBrowser();
    }

    /** Whether this order's customer may make this request: staff act on the orders of others. */
    public static function mayBeCustomerOf(\WC_Order $order): bool
    {
        $isOther = (int) $order->get_customer_id() !== get_current_user_id();
        return !self::isStaff() && !($isOther && current_user_can('edit_shop_orders'));
    }

    /**
     * Whether the merchant or his staff makes this request, also from a customer's account that he has switched to.
     * REST knows no user without a nonce, which a page from a cache has not.
     */
    public static function isStaff(): bool
    {
        $user = get_current_user_id() ?: (int) wp_validate_auth_cookie('', 'logged_in');
        $isStaff = $user > 0 && (self::isStaffAccount($user) || self::hasSwitched());
        /**
         * Whether this user works for the shop: what he does in his browser is not reported, and gives no match keys
         * for what he does for customers.
         *
         * @param bool $is_staff
         */
        return true === apply_filters('pinrelay_is_staff', $isStaff);
    }

    /** Whether this account is one of the shop's own people. */
    public static function isStaffAccount(int $user): bool
    {
        foreach (self::STAFF as $capability) {
            if (user_can($user, $capability)) {
                return true;
            }
        }
        return false;
    }

    /** By the plugin User Switching, which shops use for orders by telephone. */
    private static function hasSwitched(): bool
    {
        return function_exists('current_user_switched') && (bool) current_user_switched();
    }

    /**
     * Whether a browser sends this request, and not a program that knows the visitor's cart. A cart is opened by a
     * cookie, which browsers keep, or by a token, which is handed around: then the request has to show that a page of
     * an allowed origin made it. Nobody but a visitor's browser knows the cookies of his session.
     */
    public static function isBrowser(): bool
    {
        if (wp_doing_cron() || (defined('WP_CLI') && WP_CLI)) {
            return false;
        }
        if (self::header('CART_TOKEN') !== '') {
            return self::hasOwnCart() || self::isFetchedByPage();
        }
        return !self::isRouteOfOthers() || self::hasCookie() || self::isFetchedByPage();
    }

    /** Whether it is a browser that has been in the shop before this request. */
    public static function isKnownBrowser(): bool
    {
        return self::isBrowser() && self::hasCookie();
    }

    /**
     * Where WordPress lets anybody in who proves himself in another way than by cookies. The Store API itself asks for
     * a nonce of the session, and our own routes ask for what they need.
     */
    private static function isRouteOfOthers(): bool
    {
        $route = $GLOBALS['wp']->query_vars['rest_route'] ?? '';
        return wp_is_serving_rest_request() && is_string($route) && $route !== ''
            && preg_match('#^/(wc/store|pinrelay)/#', $route) !== 1;
    }

    /** Whether this request's cookie opens the same cart as its token. */
    private static function hasOwnCart(): bool
    {
        $name = self::sessionCookie();
        $session = $name === '' ? '' : (string) $_COOKIE[$name];
        $customer = (string) (WC()->session?->get_customer_id() ?? '');
        $holder = preg_split('/\|/', rawurldecode($session))[0] ?? '';
        return $customer !== '' && hash_equals($customer, $holder);
    }

    private static function hasCookie(): bool
    {
        return self::sessionCookie() !== ''
            || (defined('LOGGED_IN_COOKIE') && !empty($_COOKIE[LOGGED_IN_COOKIE]))
            || VisitorId::read(wp_unslash($_COOKIE)) !== '';
    }

    /** The name of the session's cookie that this request brought, '' for none. */
    private static function sessionCookie(): string
    {
        $name = 'wp_woocommerce_session_' . (defined('COOKIEHASH') ? COOKIEHASH : '');
        /** WooCommerce's own filter of that name. */
        $name = (string) apply_filters('woocommerce_cookie', $name);
        return is_string($_COOKIE[$name] ?? null) && $_COOKIE[$name] !== '' ? $name : '';
    }

    /** Some programs send the one header, but none that of a page which the shop lets in. */
    private static function isFetchedByPage(): bool
    {
        $origin = self::header('ORIGIN');
        return self::header('SEC_FETCH_MODE') !== '' && $origin !== ''
            && (Hosts::hold($origin) || (bool) is_allowed_http_origin($origin));
    }

    private static function header(string $name): string
    {
        $value = $_SERVER['HTTP_' . $name] ?? '';
        return is_string($value) ? trim(wp_unslash($value)) : '';
    }
}
