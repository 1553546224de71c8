<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Admin\Changes;
use Pinrelay\WooCommerce\Collect\ConfigFile;
use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Orders\OutboxTable;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Orders\TableRepair;
use Pinrelay\WooCommerce\Orders\Tally;
use Pinrelay\WooCommerce\Orders\UnknownSources;
use Pinrelay\WooCommerce\Orders\Upkeep;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Relay\Health;
use Pinrelay\WooCommerce\Relay\NodeLock;
use Pinrelay\WooCommerce\Relay\Nodes;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Relay\SpoolPlace;
use Pinrelay\WooCommerce\Settings\Compiled;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Site\Home;

/**
 * What the plugin leaves on one site, and how it goes again: the table, the options, the schedule.
 *
 * A site is set up by its first request and not by the activation hook alone, which on a network runs on one site only.
 */
final class Installer
{
    public const EVERY_MINUTE = 'pinrelay_minute';
    public const EVERY_FIVE = 'pinrelay_five_minutes';
    /** Intervals by job. */
    private const SCHEDULE = [
        Plugin::TICK => self::EVERY_MINUTE,
        ReconcileJobs::YOUNG => self::EVERY_FIVE,
        ReconcileJobs::OLD => 'hourly',
        ReconcileJobs::DAILY => 'daily',
    ];

    /** Makes what is missing, once per version of what a site needs. */
    public static function setUp(State $state): void
    {
        if ((int) $state->get('db_version', 0) === Plugin::SET_UP) {
            return;
        }
        $isMade = (new TableRepair($GLOBALS['wpdb'], $state))->make(time());
        if (!$isMade && $state->get('activated_at') !== null) {
            // Where the database refuses: everything else is there, and the outbox says what it lacks.
            return;
        }
        $state->secret();
        // A shop that is set up by constants alone would ask for the missing row on every page view.
        if (get_option(SettingsStore::OPTION) === false) {
            update_option(SettingsStore::OPTION, [], true);
        }
        $known = $state->all();
        // Who installs it anew knows of no earlier version.
        $told = isset($known['activated_at']) ? [] : [Changes::TOLD => Plugin::VERSION];
        // The first activation starts at now: orders of the years before are not conversions of today.
        $state->put($told + [
            'db_version' => $isMade ? Plugin::SET_UP : 0,
            'activated_at' => $known['activated_at'] ?? time(),
            'home_hash' => $known['home_hash'] ?? Home::hash(),
        ]);
        self::schedule();
    }

    /** @param array<string, mixed> $schedules filter cron_schedules */
    public static function addSchedule(array $schedules): array
    {
        return $schedules + [
            self::EVERY_MINUTE => ['interval' => MINUTE_IN_SECONDS, 'display' => 'Pinrelay: every minute'],
            self::EVERY_FIVE => ['interval' => 5 * MINUTE_IN_SECONDS, 'display' => 'Pinrelay: every five minutes'],
        ];
    }

    /** @param mixed $schedules filter cron_schedules */
    public function schedules(mixed $schedules): mixed
    {
        return is_array($schedules) ? self::addSchedule($schedules) : $schedules;
    }

    public function scheduleMissing(): void
    {
        self::schedule();
    }

    public static function schedule(): void
    {
        foreach (self::SCHEDULE as $job => $interval) {
            if (wp_next_scheduled($job) === false) {
                wp_schedule_event(time() + MINUTE_IN_SECONDS, $interval, $job);
            }
        }
    }

    public static function unschedule(): void
    {
        array_map('wp_clear_scheduled_hook', array_keys(self::SCHEDULE));
    }

    /** Removes everything of ours from the current site. Nothing can be had back. */
    public static function remove(): void
    {
        self::unschedule();
        self::removeFiles(dirname(__DIR__) . '/pinrelay.php');
        foreach ((new Nodes($GLOBALS['wpdb']))->names() as $name) {
            delete_option($name);
        }
        $options = [
            SettingsStore::OPTION,
            State::OPTION,
            State::SECRET,
            Compiled::OPTION,
            Spool::OPTION,
            Health::OPTION,
            NodeLock::OPTION,
            Storefront\AddressWatch::OPTION,
            Consent\Answers::OPTION,
            Consent\Withdrawn::OPTION,
            DeadLetters::OPTION,
            ReconcileJobs::OPTION,
            Upkeep::OPTION,
            UnknownSources::OPTION,
            ...ReconcileJobs::THROTTLES,
            Coexistence\SecondTag::OPTION,
        ];
        array_map('delete_option', $options);
        delete_metadata('user', 0, Admin\Notices::HIDDEN, '', true);
        (new OutboxTable($GLOBALS['wpdb']))->drop();
        (new Tally($GLOBALS['wpdb']))->forget();
    }

    /**
     * Removes what the current site has on this server's disk: its spools, which hold addresses, and the file of
     * collect.php. A folder of spools goes with its last site.
     */
    public static function removeFiles(string $mainFile): void
    {
        // One of a network may never have had its turn to remember what the main site has chosen for both.
        $others = is_multisite() ? get_blog_option(get_main_site_id(), Spool::OPTION, []) : [];
        foreach (Spool::known() + (is_array($others) ? $others : []) as $root => $spool) {
            $folder = Spool::folderOf(Home::address());
            Disk::remove("{$root}/{$folder}");
            // What collect.php counts and keeps beside the spools.
            array_map('unlink', (array) @glob("{$root}/*-" . substr($folder, 0, 8) . '*'));
            $isOwn = $spool['source'] === SpoolPlace::CONTENT;
            if ($isOwn || ($spool['source'] === SpoolPlace::BESIDE && !Spool::hasSites($root))) {
                Disk::remove($root);
            }
        }
        @unlink(Plugin::logs() . '/' . Plugin::REPEATS);
        @unlink(Plugin::logs() . '/' . Plugin::COMPILED);
        (new ConfigFile(
            WP_PLUGIN_DIR . '/' . dirname(plugin_basename($mainFile)),
            get_current_blog_id(),
        ))->remove();
    }
}
