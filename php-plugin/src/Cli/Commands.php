<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Parts;

/** Tells WP-CLI of `wp pinrelay` and what it can do. */
final class Commands
{
    public static function add(Parts $parts): void
    {
        [$store, $relays, $outbox, $tick] = [$parts->store(), $parts->relays(), $parts->outbox(), $parts->tick()];
        $desk = new Desk($store, $relays, $outbox);
        $refused = new Refused(new DeadLetters($outbox), $relays, $outbox, $desk);

        \WP_CLI::add_command('pinrelay', new Command($store, $relays, $outbox, $tick, $parts->jobs(), $desk));
        \WP_CLI::add_command('pinrelay backfill', new Backfill($parts->reconcile(), $store, $desk));
        \WP_CLI::add_command('pinrelay rejected', [$refused, 'rejected']);
        \WP_CLI::add_command('pinrelay retry', [$refused, 'retry']);
        \WP_CLI::add_command('pinrelay purge', new Purge($relays, $outbox, $parts->dispatcher(), $tick, $desk));
        \WP_CLI::add_command('pinrelay adopt', new Adopt($parts->state()));
    }
}
