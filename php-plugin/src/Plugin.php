<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Admin\Notices;
use Pinrelay\WooCommerce\Admin\RefusedEvents;
use Pinrelay\WooCommerce\Admin\SettingsPage;
use Pinrelay\WooCommerce\Admin\SiteHealth;
use Pinrelay\WooCommerce\Cli\Commands;
use Pinrelay\WooCommerce\Coexistence\OfficialPlugin;
use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Collect\ConfigFile;
use Pinrelay\WooCommerce\Collect\Doors;
use Pinrelay\WooCommerce\Collect\LiveConfig;
use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Consent\ConsentApi;
use Pinrelay\WooCommerce\Consent\Withdrawal;
use Pinrelay\WooCommerce\Orders\AfterResponse;
use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Orders\Dispatcher;
use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Orders\Outbox;
use Pinrelay\WooCommerce\Orders\OutboxTable;
use Pinrelay\WooCommerce\Orders\Reconcile;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Orders\Tick;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Relay\Nodes;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Relay\Turn;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\GenerationWatch;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Site\Home;
use Pinrelay\WooCommerce\Storefront\AddressWatch;
use Pinrelay\WooCommerce\Storefront\AddToCart;
use Pinrelay\WooCommerce\Storefront\BaseTag;
use Pinrelay\WooCommerce\Storefront\BotFilter;
use Pinrelay\WooCommerce\Storefront\BrowserReport;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Storefront\EventCookies;
use Pinrelay\WooCommerce\Storefront\MatchKeys;
use Pinrelay\WooCommerce\Storefront\PageEvents;
use Pinrelay\WooCommerce\Storefront\PaymentInfo;
use Pinrelay\WooCommerce\Storefront\PurchaseTag;
use Pinrelay\WooCommerce\Storefront\SearchRedirect;
use Pinrelay\WooCommerce\Storefront\ServerEvents;
use Pinrelay\WooCommerce\Storefront\Signup;
use Pinrelay\WooCommerce\Storefront\Tracked;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Storefront\Wishlists;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Support\Throttle;

/** Puts the parts together, once per request. Each part registers its own hooks; nothing else happens here. */
final class Plugin
{
    public const VERSION = '0.1.0';

    public static function activate(): void
    {
        (new Guard())->run('activation', static function (): void {
            add_filter('cron_schedules', Installer::addSchedule(...));
            Installer::setUp(new State());
            Installer::schedule();
        });
    }

    public static function deactivate(): void
    {
        Installer::unschedule();
        self::collectFile(dirname(__DIR__) . '/pinrelay.php')->remove();
    }

    private static function collectFile(string $mainFile): ConfigFile
    {
        return new ConfigFile(WP_PLUGIN_DIR . '/' . dirname(plugin_basename($mainFile)), get_current_blog_id());
    }

    /** @param string $mainFile the plugin's main file */
    public static function boot(string $mainFile): void
    {
        // Without WooCommerce there is no shop. WordPress says so itself (Requires Plugins).
        if (class_exists('WooCommerce')) {
            $guard = new Guard(self::isStrangerAtTerminal() ? self::debug(...) : null);
            $guard->run('start', static fn () => self::start($mainFile, $guard));
        }
    }

    private static function start(string $mainFile, Guard $guard): void
    {
        add_filter('cron_schedules', $guard->filter('schedules', Installer::addSchedule(...)));
        add_filter('wpmu_drop_tables', $guard->filter('drop', static fn (array $tables, mixed $id): array => [
            ...$tables,
            OutboxTable::nameFor($GLOBALS['wpdb']->get_blog_prefix((int) $id)),
        ]), 10, 2);
        add_action('init', $guard->action('translations', static fn () => load_plugin_textdomain(
            'pinrelay',
            false,
            dirname(plugin_basename($mainFile)) . '/languages',
        )));

        $wpdb = $GLOBALS['wpdb'];
        $state = new State();
        Installer::setUp($state);

        $site = CopyGuard::decide($state->all(), Home::hash(), wp_get_environment_type());
        $isDoubled = OfficialPlugin::sendsFromServer() && !$state->get(OfficialPlugin::DECIDED);
        $store = new SettingsStore(Constants::fromWpConfig(), $site !== CopyGuard::SHOP, $isDoubled);
        $watch = new GenerationWatch($store, $state);
        $watch->look(time());
        $settings = $store->settings();

        $spool = new Spool($settings, substr(hash_hmac('sha256', 'spool', $state->secret()), 0, 32), self::isWeb());
        $relays = new RelayFactory($store, $state, $spool, $guard, Home::address());
        $outbox = new Outbox($wpdb);
        $visitor = new Visitor($settings->trustedHeaders);
        $consent = new Consent($settings);
        $dispatcher = new Dispatcher($outbox, $relays, $store, $guard);
        $nodes = new Nodes($wpdb);
        $tick = new Tick($outbox, $dispatcher, $relays, $nodes, $store, $guard);

        $orders = new OrderHooks($outbox, $dispatcher, $relays, $store, $state, $visitor, $consent, $guard);
        $orders->register();
        $reconcile = new Reconcile($outbox, $orders, $dispatcher, $consent, $nodes, $store, $state, $guard);
        $activatedAt = (int) $state->get('activated_at', PHP_INT_MAX);
        $jobs = new ReconcileJobs($reconcile, $store, new Throttle($wpdb), $guard, $activatedAt);
        $jobs->register();
        add_action(Installer::TICK, $guard->action('tick', static function () use ($spool, $tick, $settings): void {
            if ($settings->apiReady()) {
                $spool->settle(time());
            }
            $tick->run(time());
        }));

        $live = new LiveConfig($store, $relays, $state->secret());
        $doors = new Doors($live, self::collectFile($mainFile), $relays, $guard, $mainFile);
        $doors->register();
        $key = PageFacts::key($state->secret());
        $buyer = new BuyerCookie($state->secret(), $consent, $guard);
        $buyer->register();
        (new ConsentApi($settings, $guard, $mainFile))->register();
        (new Withdrawal($consent, $buyer, $orders, $relays, $visitor, $live, $guard))->register();
        $pages = new PageEvents($settings);
        (new BaseTag($settings, $pages, $doors, $key, $guard, $mainFile, self::VERSION))->register();
        (new MatchKeys($settings, $relays, $consent, $guard))->register();
        $report = new BrowserReport($outbox, $state->secret(), $guard);
        $report->register();
        (new PurchaseTag($settings, $relays, $outbox, $visitor, $buyer, $report, $consent, $guard))->register();
        $bots = new BotFilter(static fn (): ?string => is_string($dir = $spool->dir()) ? $dir : null);
        $events = new ServerEvents($settings, $relays, new EventCookies(), $consent, $bots, $guard);
        (new AddToCart($settings, $events, $visitor, $guard))->register();
        (new Wishlists($settings, $events, $visitor, $guard))->register();
        (new SearchRedirect($events, $visitor, $guard))->register();
        (new PaymentInfo($settings, $events, $visitor, $guard))->register();
        (new Signup($events, $visitor, $guard))->register();
        (new Tracked($events, $visitor, $guard))->register();
        (new AddressWatch($visitor, $consent, $guard, $state->secret()))->register();
        (new SecondTag($settings, $guard, $mainFile, self::VERSION))->register();
        (new SiteHealth($settings, $guard))->register();

        if (self::isWeb()) {
            $turn = new Turn(new Throttle($wpdb));
            (new AfterResponse($tick, $jobs, $spool, $relays, $store, $turn, $guard))->register();
        }
        if (is_admin()) {
            add_action('admin_init', $guard->action('schedule', Installer::schedule(...)));
            $refused = new RefusedEvents($relays, new DeadLetters($outbox), $guard);
            $refused->register();
            (new SettingsPage($store, $watch, $relays, $spool, $outbox, $refused, $guard, $mainFile))->register();
            (new Notices($store, $state, $relays, $guard, $site))->register();
        }
        if (defined('WP_CLI') && WP_CLI) {
            Commands::add($store, $state, $relays, $outbox, $dispatcher, $tick, $jobs, $reconcile);
        }
    }

    /** A log file that root makes is one that the web server cannot write to; where others may not write, they warn. */
    private static function isStrangerAtTerminal(): bool
    {
        $logs = defined('WC_LOG_DIR') ? (string) WC_LOG_DIR : WP_CONTENT_DIR;
        return !self::isWeb() && (Disk::user() === 0 || !is_writable($logs));
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
