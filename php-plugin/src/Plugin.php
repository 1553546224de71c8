<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Cli\Commands;
use Pinrelay\WooCommerce\Collect\LiveConfig;
use Pinrelay\WooCommerce\Orders\AfterResponse;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Storefront\CartVisitor;
use Pinrelay\WooCommerce\Storefront\PageEvents;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Support\Repeats;

/**
 * Decides which part of the plugin a request needs, and when. Each part registers its own hooks; it is loaded and made
 * only when one of them is about to fire, since most requests of a shop need few of them.
 */
final class Plugin
{
    public const VERSION = '0.1.0';

    /** Beside the logs (Support\Repeats). */
    public const REPEATS = 'pinrelay-repeats.bin';

    /** The job of each minute. */
    public const TICK = 'pinrelay_tick';

    /** A page's claim of its purchase as WooCommerce's own scripts would ask for it: ?wc-ajax=pinrelay_claim. */
    public const CLAIM_BY_AJAX = 'pinrelay_claim';

    /** Raised when a site has to be set up anew, as for another shape of the outbox's table. */
    public const SET_UP = 2;

    /** Each checkout and the pay page, once a shopper has placed or is about to pay an order. */
    private const PLACED = [
        'woocommerce_checkout_order_processed',
        'woocommerce_store_api_checkout_order_processed',
        'woocommerce_before_pay_action',
    ];

    /**
     * All that OrderHooks listens to. An order's own save comes before the hooks of its statuses, of which other
     * plugins may have more.
     */
    private const ORDERS = [
        ...self::PLACED,
        'woocommerce_before_order_object_save',
        'woocommerce_order_status_processing',
        'woocommerce_order_status_completed',
        'woocommerce_order_status_on-hold',
        'woocommerce_order_status_changed',
        'woocommerce_payment_complete',
        'woocommerce_thankyou',
        'woocommerce_trash_order',
        'woocommerce_before_delete_order',
        'wp_trash_post',
        'woocommerce_delete_order',
        'deleted_post',
    ];

    private const WISHES = ['yith_wcwl_added_to_wishlist', 'woosw_add', 'tinvwl_product_added'];

    private function __construct(private readonly Container $container)
    {
    }

    public static function activate(): void
    {
        (new Guard())->run('activation', static function (): void {
            add_filter('cron_schedules', Installer::addSchedule(...));
            Installer::setUp(new State());
            Installer::schedule();
        });
    }

    /** @param bool $networkWide on all sites of a network, of which this request runs on one */
    public static function deactivate(bool $networkWide = false): void
    {
        $guard = new Guard();
        $end = static function () use ($guard, $networkWide): void {
            // One that has it active for itself goes on.
            if (!$networkWide || !Network::hasItself(self::mainFile())) {
                Installer::unschedule();
                (new Container($guard, self::mainFile(), self::isWeb()))->collectFile()->remove();
            }
        };
        $guard->run('deactivation', static fn () => Network::onEach($networkWide, $end));
    }

    private static function mainFile(): string
    {
        return dirname(__DIR__) . '/pinrelay.php';
    }

    /** @param string $mainFile the plugin's main file */
    public static function boot(string $mainFile): void
    {
        // The network's sites are deleted from its main site, which need not be a shop.
        Network::register(new Guard(), $mainFile);
        // Without WooCommerce there is no shop. WordPress says so itself (Requires Plugins).
        if (class_exists('WooCommerce')) {
            $guard = self::isStrangerAtTerminal()
                ? new Guard(self::debug(...))
                : new Guard(null, new Repeats(self::logs() . '/' . self::REPEATS));
            $plugin = new self(new Container($guard, $mainFile, self::isWeb()));
            $guard->run('start', $plugin->start(...));
        }
    }

    private function start(): void
    {
        $container = $this->container;
        $guard = $container->guard;
        $state = $container->state();
        // First: a site's first request plans its jobs, and WordPress plans none of an interval it does not know.
        add_filter('cron_schedules', $guard->filter(
            'schedules',
            static fn (array $schedules): array => Installer::addSchedule($schedules),
        ));
        if (self::isWeb()) {
            Installer::setUp($state);
        }
        add_action('rest_api_init', $guard->action('routes', static fn () => Routes::register($container)));

        add_action('wc_ajax_' . self::CLAIM_BY_AJAX, static fn () => Routes::claimByAjax($container));

        $this->lazy(['init'], $container->consentApi(...), static fn (): bool => function_exists('wp_has_consent'));
        $this->lazy(['site_status_tests'], $container->siteHealth(...));
        if ($container->settings()->active()) {
            if ($container->settings()->staffShops) {
                add_filter('pinrelay_is_staff', '__return_false', 5);
            }
            $this->onOrders();
            $this->onPages();
            $this->onEvents();
        }
        $this->onSchedule();
        if (self::isWeb()) {
            $this->afterResponse();
        } else {
            $this->afterCommand();
        }
        if (is_admin()) {
            add_action('admin_init', $guard->action('schedule', static fn () => Installer::schedule()));
            $container->refusedEvents()->register();
            $container->unknownSources()->register();
            $container->settingsPage()->register();
            $container->notices()->register();
        }
        if (defined('WP_CLI') && WP_CLI) {
            Commands::add($container);
        }
    }

    private function onOrders(): void
    {
        $this->lazy(self::ORDERS, $this->container->orders(...));
        $isOfAPage = static fn (): bool => !is_admin() || wp_doing_ajax();
        $this->lazy(['woocommerce_before_order_object_save'], $this->container->expressOrders(...), $isOfAPage);
        $this->lazy(self::PLACED, $this->container->buyer(...));
        $this->lazy(self::PLACED, $this->container->paymentInfo(...));
        $this->lazy(self::PLACED, $this->container->addressWatch(...));
        $this->lazy(self::PLACED, $this->container->answers(...));
    }

    /** Only what is needed on a page for everybody is loaded for it. */
    private function onPages(): void
    {
        $isPage = static fn (): bool => !wp_doing_ajax();
        // It asks for itself, more narrowly; here it is asked to leave it alone everywhere else.
        $isOwn = static fn (): bool => PageEvents::isOfVisitor();

        $this->lazy(['template_redirect'], $this->container->baseTag(...), $isPage);
        $this->lazy(['wp_footer'], $this->container->matchKeys(...), $isOwn);
        $this->lazy(['admin_bar_menu'], $this->container->staffNote(...), static fn (): bool => !is_admin());
        // It looks for the owner alone.
        $this->lazy(['wp_enqueue_scripts'], $this->container->secondTag(...), is_user_logged_in(...));
    }

    private function onEvents(): void
    {
        $added = [
            'woocommerce_add_to_cart',
            'woocommerce_store_api_add_to_cart_data',
            'woocommerce_add_order_again_cart_item',
        ];
        $this->lazy($added, $this->container->addToCart(...));
        $this->lazy(CartVisitor::HOOKS, $this->container->cartVisitor(...));
        $this->lazy(self::WISHES, $this->container->wishlists(...));
        $this->lazy(['woocommerce_redirect_single_search_result'], $this->container->searchRedirect(...));
        $this->lazy(['woocommerce_created_customer', 'register_new_user'], $this->container->signup(...));
        $this->lazy(['pinrelay_track'], $this->container->tracked(...));
    }

    /** The jobs that WP-Cron runs, and where it does not, AfterResponse. */
    private function onSchedule(): void
    {
        $container = $this->container;
        $this->lazy(['pinrelay_reconcile', 'pinrelay_reconcile_old', 'pinrelay_daily'], $container->jobs(...));
        add_action(self::TICK, $container->guard->action('tick', static function () use ($container): void {
            self::prepare($container);
            if ($container->settings()->apiReady()) {
                $container->spool()->settle(time());
            }
            $container->tick()->run(time());
        }));
        $keep = static fn () => $container->collectEndpoint()->keep();
        add_action(self::TICK, $container->guard->action('file of collect.php', $keep), 20);
    }

    private function afterResponse(): void
    {
        $container = $this->container;
        $isActive = $container->settings()->active();
        $work = $container->guard->action('after the response', static function () use ($container, $isActive): void {
            $mayWork = $isActive && AfterResponse::letVisitorGo();
            // Somebody's code, an import or a constant may have changed what collect.php works by.
            $container->guard->run('file of collect.php', static fn () => $container->collectEndpoint()->keep());
            if ($isActive) {
                $container->afterResponse()->run($mayWork);
            }
        });
        // Registered during WordPress' own shutdown function, ours runs after all others, so that finishing the
        // response cuts nobody short.
        add_action('shutdown', static fn () => register_shutdown_function($work), PHP_INT_MAX);
    }

    /** What a web request has done by the time that it hands something over: a command of ours, or a job, does it, too. */
    private static function prepare(Container $container): void
    {
        Installer::setUp($container->state());
        $container->watch()->look(time());
    }

    /**
     * A command that is not ours writes nothing of ours, unless it has changed our settings: it may run with other
     * constants than the web server, whose settings it would take for old ones.
     */
    private function afterCommand(): void
    {
        $container = $this->container;
        $isDue = false;
        $isOurs = false;
        $note = static function (string $option) use (&$isDue, &$isOurs): void {
            $isDue = $isDue || in_array($option, LiveConfig::OPTIONS, true);
            $isOurs = $isOurs || $option === SettingsStore::OPTION;
        };
        foreach (['added_option', 'updated_option', 'deleted_option'] as $hook) {
            add_action($hook, $note);
        }
        if (defined('WP_CLI') && WP_CLI) {
            \WP_CLI::add_hook('before_invoke:pinrelay', static function () use ($container, &$isDue): void {
                $isDue = true;
                $container->guard->run('start of a command', static fn () => self::prepare($container));
            });
        }
        $guard = $container->guard;
        $keep = $guard->action('file of collect.php', static function () use ($container, &$isDue, &$isOurs): void {
            if ($isOurs) {
                $container->store()->forget();
                $container->watch()->look(time());
            }
            if ($isDue) {
                $container->collectEndpoint()->keep();
            }
        });
        add_action('shutdown', $keep, PHP_INT_MAX);
    }

    /**
     * Makes a part and lets it register its hooks as soon as one of these is about to fire. They are all that can come
     * first of its hooks: before any other of them, one of these has fired.
     *
     * @param list<string>               $hooks
     * @param \Closure(): object         $make   something with register()
     * @param (\Closure(): bool)|null    $isDue  asked each time one of them fires, until the part is made
     */
    private function lazy(array $hooks, \Closure $make, ?\Closure $isDue = null): void
    {
        $guard = $this->container->guard;
        $isMade = false;
        // For filters, too: what is filtered passes through.
        $call = static function (mixed $passedOn = null) use ($guard, $make, $isDue, &$isMade): mixed {
            if (!$isMade) {
                $guard->run('start of a part', static function () use ($make, $isDue, &$isMade): void {
                    if ($isDue === null || $isDue()) {
                        $isMade = true;
                        $make()->register();
                    }
                });
            }
            return $passedOn;
        };
        foreach ($hooks as $hook) {
            // WordPress lets a hook grow while it fires.
            add_filter($hook, $call, PHP_INT_MIN);
        }
    }

    /** A log file that root makes is one that the web server cannot write to; where others may not write, they warn. */
    private static function isStrangerAtTerminal(): bool
    {
        return !self::isWeb() && (Disk::user() === 0 || !is_writable(self::logs()));
    }

    public static function logs(): string
    {
        return rtrim(defined('WC_LOG_DIR') ? (string) WC_LOG_DIR : WP_CONTENT_DIR, '/');
    }

    private static function debug(string $line): void
    {
        if (class_exists('WP_CLI')) {
            \WP_CLI::debug($line, 'pinrelay');
        }
    }

    private static function isWeb(): bool
    {
        return PHP_SAPI !== 'cli' && PHP_SAPI !== 'phpdbg';
    }
}
