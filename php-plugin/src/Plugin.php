<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Cli\Commands;
use Pinrelay\WooCommerce\Collect\LiveConfig;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Settings\Compiled;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Storefront\BaseTag;
use Pinrelay\WooCommerce\Storefront\Requester;
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

    /** Beside the logs (Settings\Compiler). */
    public const COMPILED = 'pinrelay-compiled';

    /** Between two rounds of a web server after its responses (Orders\AfterResponse). */
    public const STEP_SECONDS = 10;
    /** The file beside a web server's spools that says when the last was (Relay\NodeLock). */
    public const STEPPED = 'turn';
    /** After which a file of collect.php is renewed (Collect\ConfigFile). */
    public const RENEW_SECONDS = 600;

    private readonly Kernel $kernel;
    private readonly ?Compiled $compiled;
    /** What was to be compiled when this request began, where nothing was. */
    private readonly string $uncompiled;
    private ?Guard $guard = null;
    private ?Container $container = null;
    private ?BaseTag $tag = null;
    /** Whether this request had to make a visitor's PageData. */
    private bool $isPageNew = false;

    private function __construct(private readonly string $mainFile)
    {
        $this->compiled = self::isWeb() ? Compiled::read() : null;
        $this->uncompiled = self::isWeb() && $this->compiled === null ? Compiled::fingerprint() : '';
        $this->kernel = new Kernel(
            fn (string $where, \Throwable $thrown) => $this->guard()->report($where, $thrown),
            $this->make(...),
            static fn (): string => plugin_basename($mainFile),
        );
    }

    private function guard(): Guard
    {
        return $this->guard ??= self::isStrangerAtTerminal()
            ? new Guard(self::debug(...))
            : new Guard(null, static fn (): Repeats => new Repeats(self::logs() . '/' . self::REPEATS));
    }

    /** What few page views need. */
    private function container(): Container
    {
        return $this->container ??= new Container(
            $this->guard(),
            $this->mainFile,
            self::isWeb(),
            $this->compiled,
        );
    }

    /**
     * The object that listens to a hook.
     *
     * @param class-string $class
     */
    private function make(string $class): object
    {
        return $class === BaseTag::class
            ? $this->tag ??= new BaseTag($this->page(...), $this->settings(...), self::VERSION)
            : $this->container()->get($class);
    }

    private function settings(): Settings
    {
        return $this->compiled?->settings() ?? $this->container()->settings();
    }

    /** @return array<string, mixed> PageData for this request's visitor */
    private function page(): array
    {
        // Whoever is not known by anything is nobody of the staff, unless a filter says so.
        $isGuest = !is_user_logged_in() && empty($_COOKIE[LOGGED_IN_COOKIE]) && !has_filter('pinrelay_is_staff');
        $isStaff = !$isGuest && Requester::isStaff();
        $known = $isStaff ? null : $this->compiled?->page();
        if ($known !== null) {
            return $known;
        }
        $this->isPageNew = !$isStaff;
        return $this->container()->pageData($isStaff);
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
            try {
                $plugin = new self($mainFile);
                $plugin->start();
            } catch (\Throwable $thrown) {
                (isset($plugin) ? $plugin->guard() : new Guard())->report('start', $thrown);
            }
        }
    }

    private function start(): void
    {
        // First: a site's first request plans its jobs, and WordPress plans none of an interval it does not know.
        $this->kernel->add(Hooks::ALWAYS);
        if ($this->compiled === null && self::isWeb()) {
            $state = $this->container()->state();
            (int) $state->get('db_version', 0) === self::SET_UP || Installer::setUp($state);
        }
        $isActive = $this->compiled?->isActive() ?? $this->container()->settings()->active();
        if ($isActive) {
            if ($this->compiled?->made['settings']['staffShops'] ?? $this->container()->settings()->staffShops) {
                add_filter('pinrelay_is_staff', '__return_false', 5);
            }
            $this->kernel->add(Hooks::ORDERS);
            $this->kernel->add(Hooks::PAGES);
            $this->kernel->add(Hooks::EVENTS);
        }
        if (self::isWeb()) {
            $this->afterResponse($isActive);
        } else {
            $this->afterCommand();
        }
        if (is_admin() || wp_doing_cron() || !self::isWeb()) {
            $this->kernel->add(Hooks::TOOLS);
        }
        if (is_admin() && !wp_doing_ajax()) {
            $this->kernel->add(Hooks::ADMIN);
        }
        if (defined('WP_CLI') && WP_CLI) {
            Commands::add($this->container());
        }
    }

    private function afterResponse(bool $isActive): void
    {
        $work = function () use ($isActive): void {
            try {
                $mayWork = $isActive && self::letVisitorGo();
                if ($this->hasWork(time())) {
                    $this->work($isActive, $mayWork);
                }
            } catch (\Throwable $thrown) {
                $this->guard()->report('after the response', $thrown);
            }
        };
        // Registered during WordPress' own shutdown function, ours runs after all others, so that finishing the
        // response cuts nobody short.
        add_action('shutdown', static fn () => register_shutdown_function($work), PHP_INT_MAX);
    }

    /** @param bool $mayWork whether the visitor has gone */
    private function work(bool $isActive, bool $mayWork): void
    {
        $container = $this->container();
        // Forgets tokens whose term is over, too.
        $container->guard->run('generation', static function () use ($container): void {
            $container->store()->forget();
            $container->watch()->look(time());
        });
        // Somebody's code, an import or a constant may have changed what collect.php works by.
        $container->guard->run('file of collect.php', static fn () => $container->collectEndpoint()->keep());
        if ($isActive) {
            $container->afterResponse()->run($mayWork);
        }
        // The page's own may be of a revision that has just passed.
        $page = fn (): ?array => $this->isPageNew ? $container->pageData(false) : null;
        // Not in the request that changed them: it has worked out a part of them before that.
        if ($this->compiled?->isGood() ?? $this->uncompiled === Compiled::fingerprint()) {
            $container->guard->run('compiled settings', static fn () => $container->compiler()->keep($page, time()));
        }
    }

    /**
     * Whether anything is left to do after the response: one look, which loads nothing. Constructs the Relay, which
     * starts the sender where events wait.
     */
    private function hasWork(int $now): bool
    {
        $node = $this->compiled?->node();
        // What filters answer may change from one request to the next.
        $isFiltered = has_filter('pinrelay_hosts') || has_filter('pinrelay_url_params');
        if ($node === null || $this->isPageNew || $isFiltered || !$this->compiled->isGood()) {
            return true;
        }
        $changed = (int) @filemtime($node['file']);
        if ($node['relay'] === null) {
            return $changed > 0 || $this->compiled->settings()->destination() !== '';
        }
        $isKept = $changed >= $this->compiled->made['revision'] && abs($now - $changed) <= self::RENEW_SECONDS;
        $stepped = (int) @file_get_contents($node['relay']['spool_dir'] . '/' . self::STEPPED);
        if (!$isKept || $stepped > $now || $now - $stepped >= self::STEP_SECONDS) {
            return true;
        }
        try {
            new Relay(['access_token' => $this->compiled->token()] + $node['relay']);
            return false;
        } catch (\Throwable) {
            return true;
        }
    }

    /** Sends the response off, where PHP can. False where it cannot. */
    private static function letVisitorGo(): bool
    {
        // Whoever holds a session's lock keeps the same customer's next request waiting.
        if (function_exists('session_status') && session_status() === PHP_SESSION_ACTIVE) {
            session_write_close();
        }
        return match (true) {
            function_exists('fastcgi_finish_request') => fastcgi_finish_request(),
            function_exists('litespeed_finish_request') => litespeed_finish_request(),
            default => false,
        };
    }

    /**
     * A command that is not ours writes nothing of ours, unless it has changed our settings: it may run with other
     * constants than the web server, whose settings it would take for old ones.
     */
    private function afterCommand(): void
    {
        $container = $this->container();
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
