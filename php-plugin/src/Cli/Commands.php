<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Orders\Dispatcher;
use Pinrelay\WooCommerce\Orders\Outbox;
use Pinrelay\WooCommerce\Orders\Reconcile;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Orders\Tick;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;

/** Tells WP-CLI of `wp pinrelay` and what it can do. */
final class Commands
{
    public static function add(
        SettingsStore $store,
        State $state,
        RelayFactory $relays,
        Outbox $outbox,
        Dispatcher $dispatcher,
        Tick $tick,
        ReconcileJobs $jobs,
        Reconcile $reconcile,
    ): void {
        $desk = new Desk($store, $relays, $outbox);
        $refused = new Refused(new DeadLetters($outbox), $relays, $outbox, $desk);

        \WP_CLI::add_command('pinrelay', new Command($store, $relays, $outbox, $tick, $jobs, $desk));
        \WP_CLI::add_command('pinrelay backfill', new Backfill($reconcile, $store, $desk));
        \WP_CLI::add_command('pinrelay rejected', [$refused, 'rejected']);
        \WP_CLI::add_command('pinrelay retry', [$refused, 'retry']);
        \WP_CLI::add_command('pinrelay purge', new Purge($relays, $outbox, $dispatcher, $tick, $desk));
        \WP_CLI::add_command('pinrelay adopt', new Adopt($state));
    }
}
