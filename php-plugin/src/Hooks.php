<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Admin\Notices;
use Pinrelay\WooCommerce\Admin\RefusedEvents;
use Pinrelay\WooCommerce\Admin\SettingsPage;
use Pinrelay\WooCommerce\Admin\SiteHealth;
use Pinrelay\WooCommerce\Admin\UnknownSourcesPanel;
use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Consent\Answers;
use Pinrelay\WooCommerce\Consent\ConsentApi;
use Pinrelay\WooCommerce\Orders\ExpressOrders;
use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Storefront\AddressWatch;
use Pinrelay\WooCommerce\Storefront\AddToCart;
use Pinrelay\WooCommerce\Storefront\BaseTag;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Storefront\CartVisitor;
use Pinrelay\WooCommerce\Storefront\MatchKeys;
use Pinrelay\WooCommerce\Storefront\PageEvents;
use Pinrelay\WooCommerce\Storefront\PaymentInfo;
use Pinrelay\WooCommerce\Storefront\SearchRedirect;
use Pinrelay\WooCommerce\Storefront\Signup;
use Pinrelay\WooCommerce\Storefront\StaffNote;
use Pinrelay\WooCommerce\Storefront\Tracked;
use Pinrelay\WooCommerce\Storefront\Wishlists;

/**
 * Every hook that the plugin listens to, one table for each module. A row: hook, class, method, priority (10), accepted
 * arguments (1), condition (none; a method of this class, asked each time). Rows of one hook and priority are called in
 * the order of the tables.
 *
 * Constants, so that a page pays nothing for them with opcache on.
 */
final class Hooks
{
    // Each checkout, the pay page, and an order's own save, which precedes the hooks of its statuses.
    private const CLASSIC = 'woocommerce_checkout_order_processed';
    private const BLOCKS = 'woocommerce_store_api_checkout_order_processed';
    private const PAY_PAGE = 'woocommerce_before_pay_action';
    private const SAVING = 'woocommerce_before_order_object_save';

    public const ORDERS = [
        // Other plugins have statuses of their own, which may be declared as late as this.
        [self::SAVING, OrderHooks::class, 'listenToStatuses', PHP_INT_MIN + 1, 0],
        // Seen at checkout, with the customer's own request at hand; a later webhook has the gateway's. Neither fires
        // in the other checkout. Point-of-sale and marketplace plugins fire the first one for orders of their own.
        [self::CLASSIC, OrderHooks::class, 'placedAtClassicCheckout', 10, 3],
        [self::BLOCKS, OrderHooks::class, 'note'],
        [self::PAY_PAGE, OrderHooks::class, 'note'],
        // Placed or paid. The status hooks cover merchants who confirm by hand, where nothing else fires;
        // status_changed covers custom statuses; payment_complete a gateway whose status hooks another plugin stopped.
        ['woocommerce_order_status_processing', OrderHooks::class, 'statusReached', 10, 2],
        ['woocommerce_order_status_completed', OrderHooks::class, 'statusReached', 10, 2],
        ['woocommerce_order_status_on-hold', OrderHooks::class, 'statusReached', 10, 2],
        ['woocommerce_order_status_changed', OrderHooks::class, 'statusChanged', 10, 4],
        ['woocommerce_payment_complete', OrderHooks::class, 'accept'],
        ['woocommerce_thankyou', OrderHooks::class, 'thanked'],
        ['woocommerce_trash_order', OrderHooks::class, 'withdraw'],
        ['woocommerce_before_delete_order', OrderHooks::class, 'withdraw'],
        ['woocommerce_delete_order', OrderHooks::class, 'gone'],
        // Where orders are still posts, the list of orders moves them to the trash as posts.
        ['deleted_post', OrderHooks::class, 'postDeleted', 10, 2],
        ['wp_trash_post', OrderHooks::class, 'postTrashed'],
        // Before the status' own hooks, in which it may be accepted. Items are often put into it after it was made.
        ['woocommerce_new_order', ExpressOrders::class, 'made', 5, 2, 'isOfOrderOnPage'],
        ['woocommerce_after_order_object_save', ExpressOrders::class, 'saved', 5, 1, 'isOfOrderOnPage'],
        ['woocommerce_before_cart_emptied', ExpressOrders::class, 'emptied', 5, 0, 'isOfOrderOnPage'],
        [self::CLASSIC, BuyerCookie::class, 'giveAtClassicCheckout', 10, 3],
        [self::BLOCKS, BuyerCookie::class, 'give'],
        [self::PAY_PAGE, BuyerCookie::class, 'give'],
        [self::CLASSIC, PaymentInfo::class, 'givenAtClassicCheckout', 20, 3],
        [self::BLOCKS, PaymentInfo::class, 'given', 20],
        [self::PAY_PAGE, PaymentInfo::class, 'given', 20],
        [self::CLASSIC, AddressWatch::class, 'lookLater', 20, 0],
        [self::BLOCKS, AddressWatch::class, 'lookLater', 20, 0],
        [self::CLASSIC, Answers::class, 'countAtClassicCheckout', 20, 3],
        [self::BLOCKS, Answers::class, 'count', 20],
    ];

    /** Pages for everybody load as little as they can. */
    public const PAGES = [
        ['template_redirect', BaseTag::class, 'keepOutOfCaches', 10, 0, 'isPage'],
        ['wp_enqueue_scripts', BaseTag::class, 'enqueue', 10, 0, 'isPage'],
        // Just before WordPress prints the scripts of the head, ours among them.
        ['wp_head', BaseTag::class, 'printStubs', 8, 0, 'isPage'],
        // Others load the script of the owner's pages; it looks for him alone.
        ['wp_enqueue_scripts', SecondTag::class, 'enqueue', 10, 0, 'isLoggedIn'],
        // In the footer the page's product has been loaded already.
        ['wp_footer', BaseTag::class, 'printFacts', 5, 0, 'isPage'],
        ['wp_footer', MatchKeys::class, 'print', 5, 0, 'isOfVisitor'],
        ['wp_footer', SecondTag::class, 'printFacts', 5, 0, 'isLoggedIn'],
        ['admin_bar_menu', StaffNote::class, 'add', 90, 1, 'isOutsideAdmin'],
    ];

    /** Events that are born on the server. */
    public const EVENTS = [
        // Late, so that plugins which take an item out again in the same hook have done so.
        ['woocommerce_add_to_cart', AddToCart::class, 'added', 40, 3],
        ['woocommerce_after_cart_item_quantity_update', AddToCart::class, 'raised', 40, 3, 'isAddedByStoreApi'],
        ['woocommerce_store_api_add_to_cart_data', AddToCart::class, 'addingBegins'],
        // Each request of a batch ends here, the failed ones too.
        ['rest_request_after_callbacks', AddToCart::class, 'addingEnds', 10, 1, 'isAddedByStoreApi'],
        // Late, so that the event has what other plugins make of the item.
        ['woocommerce_add_order_again_cart_item', AddToCart::class, 'orderedAgain', PHP_INT_MAX],
        // The session is written anyway, with what was added or with the address; by then the visitor may have agreed.
        ['woocommerce_add_to_cart', CartVisitor::class, 'keep', 41, 0],
        ['woocommerce_checkout_update_order_review', CartVisitor::class, 'keep', 41, 0],
        ['woocommerce_store_api_cart_update_customer_from_request', CartVisitor::class, 'keep', 41, 0],
        ['yith_wcwl_added_to_wishlist', Wishlists::class, 'ofYith'],
        ['woosw_add', Wishlists::class, 'ofWpc', 10, 2],
        ['tinvwl_product_added', Wishlists::class, 'ofTi'],
        // Behind everybody who may have a say in whether there is a redirect.
        ['woocommerce_redirect_single_search_result', SearchRedirect::class, 'found', PHP_INT_MAX],
        ['woocommerce_created_customer', Signup::class, 'made'],
        // By wp-login.php, which WooCommerce does not hear of.
        ['register_new_user', Signup::class, 'made'],
        ['pinrelay_track', Tracked::class, 'track', 10, 2],
    ];

    /** Whatever the settings say. The jobs run by WP-Cron, and where it does not run, after responses. */
    public const ALWAYS = [
        ['cron_schedules', Installer::class, 'schedules'],
        ['rest_api_init', Routes::class, 'register', 10, 0],
        ['wc_ajax_' . Plugin::CLAIM_BY_AJAX, Routes::class, 'claimByAjax', 10, 0],
        ['init', ConsentApi::class, 'describe', 10, 0, 'hasConsentApi'],
        ['pinrelay_reconcile', ReconcileJobs::class, 'runYoung', 10, 0],
        ['pinrelay_reconcile_old', ReconcileJobs::class, 'runOld', 10, 0],
        ['pinrelay_daily', ReconcileJobs::class, 'runDaily', 10, 0],
        [Plugin::TICK, Jobs::class, 'tick', 10, 0],
        [Plugin::TICK, Jobs::class, 'keepCollectFile', 20, 0],
    ];

    /** What the owner's tools ask: his screens, those that admin-ajax.php makes anew, scheduled checks, commands. */
    public const TOOLS = [
        ['wp_consent_api_registered_{plugin}', ConsentApi::class, 'isRegistered'],
        ['site_status_tests', SiteHealth::class, 'addTests'],
        // A search in the list of plugins makes it anew by admin-ajax.php.
        ['plugin_action_links_{plugin}', SettingsPage::class, 'addLink'],
    ];

    /** Screens for the owner; no request of admin-ajax.php, which visitors send, too. */
    public const ADMIN = [
        ['admin_init', Installer::class, 'scheduleMissing', 10, 0],
        ['admin_post_' . RefusedEvents::ACTION, RefusedEvents::class, 'takeAnswer', 10, 0],
        ['admin_post_' . UnknownSourcesPanel::ACTION, UnknownSourcesPanel::class, 'count', 10, 0],
        ['admin_menu', SettingsPage::class, 'addToMenu', 60, 0],
        ['admin_notices', Notices::class, 'print', 10, 0],
        ['admin_post_' . Notices::ABOUT_SITE, Notices::class, 'takeAnswer', 10, 0],
        ['admin_post_' . Notices::BESIDE, Notices::class, 'goOn', 10, 0],
        ['admin_post_' . Notices::HIDE, Notices::class, 'hide', 10, 0],
        ['admin_post_' . Notices::UPDATED, Notices::class, 'knowChanges', 10, 0],
    ];

    // Conditions.

    /** What has no decision about its redirects, such as a screen of an editor, is no page. */
    public static function isPage(): bool
    {
        return !wp_doing_ajax() && did_action('template_redirect') > 0;
    }

    public static function isOutsideAdmin(): bool
    {
        return !is_admin();
    }

    /** An order that is made or paid on a page has been about to be saved. */
    public static function isOfOrderOnPage(): bool
    {
        return (!is_admin() || wp_doing_ajax()) && did_action('woocommerce_before_order_object_save') > 0;
    }

    public static function isOfVisitor(): bool
    {
        return PageEvents::isOfVisitor();
    }

    public static function isLoggedIn(): bool
    {
        return is_user_logged_in();
    }

    public static function hasConsentApi(): bool
    {
        return function_exists('wp_has_consent');
    }

    /** AddToCart is asked only where the Store API has begun to add. */
    public static function isAddedByStoreApi(): bool
    {
        return did_filter('woocommerce_store_api_add_to_cart_data') > 0;
    }
}
