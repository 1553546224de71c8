<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Container;
use Pinrelay\WooCommerce\Orders\DeadLetters;

/** Registers the commands of `wp pinrelay` with WP-CLI. */
final class Commands
{
    public static function add(Container $container): void
    {
        [$store, $relays] = [$container->store(), $container->relays()];
        [$outbox, $tick] = [$container->outbox(), $container->tick()];
        $base = new BaseCommand($store, $relays, $outbox);
        $refused = new Refused(new DeadLetters($outbox), $relays, $outbox, $base);

        \WP_CLI::add_command('pinrelay', new Command($store, $relays, $outbox, $tick, $container->jobs(), $base));
        \WP_CLI::add_command('pinrelay backfill', new Backfill($container->reconcile(), $store, $base));
        \WP_CLI::add_command('pinrelay rejected', [$refused, 'rejected']);
        \WP_CLI::add_command('pinrelay retry', [$refused, 'retry']);
        \WP_CLI::add_command('pinrelay purge', new Purge($relays, $outbox, $container->dispatcher(), $tick, $base));
        \WP_CLI::add_command('pinrelay adopt', new Adopt($container->state()));
    }
}
