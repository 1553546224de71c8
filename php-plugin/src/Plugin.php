<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Cli\Commands;
use Pinrelay\WooCommerce\Collect\LiveConfig;
use Pinrelay\WooCommerce\Orders\AfterResponse;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Support\Repeats;

/**
 * Starts the plugin: decides which tables of Hooks a request needs, and what is done once it is over.
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

    private readonly Kernel $kernel;

    private function __construct(private readonly Container $container)
    {
        $plugin = plugin_basename($container->mainFile);
        $this->kernel = new Kernel($container->guard, $container->get(...), $plugin);
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
        if (is_multisite()) {
            Network::register(new Guard(), $mainFile);
        }
        // Without WooCommerce there is no shop. WordPress says so itself (Requires Plugins).
        if (class_exists('WooCommerce')) {
            $guard = self::isStrangerAtTerminal()
                ? new Guard(self::debug(...))
                : new Guard(null, static fn (): Repeats => new Repeats(self::logs() . '/' . self::REPEATS));
            $plugin = new self(new Container($guard, $mainFile, self::isWeb()));
            $guard->run('start', $plugin->start(...));
        }
    }

    private function start(): void
    {
        $container = $this->container;
        // First: a site's first request plans its jobs, and WordPress plans none of an interval it does not know.
        $this->kernel->add(Hooks::ALWAYS);
        if (self::isWeb() && (int) $container->state()->get('db_version', 0) !== self::SET_UP) {
            Installer::setUp($container->state());
        }
        if ($container->settings()->active()) {
            if ($container->settings()->staffShops) {
                add_filter('pinrelay_is_staff', '__return_false', 5);
            }
            $this->kernel->add(Hooks::ORDERS);
            $this->kernel->add(Hooks::PAGES);
            $this->kernel->add(Hooks::EVENTS);
        }
        if (self::isWeb()) {
            $this->afterResponse();
        } else {
            $this->afterCommand();
        }
        if (is_admin() && !wp_doing_ajax()) {
            $this->kernel->add(Hooks::ADMIN);
        }
        if (defined('WP_CLI') && WP_CLI) {
            Commands::add($container);
        }
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
                $container->guard->run('start of a command', $container->scheduled()->prepare(...));
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
