<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Support;

use Pinrelay\WooCommerce\Hooks;
use Pinrelay\WooCommerce\Kernel;
use Pinrelay\WooCommerce\Support\Guard;

/** Lets one object listen to the hooks that the plugin's tables name for its class, as the plugin does. */
final class Listener
{
    public static function add(object $object, ?Guard $guard = null): void
    {
        $kernel = new Kernel(
            ($guard ?? new Guard())->report(...),
            static fn (): object => $object,
            static fn (): string => 'pinrelay/pinrelay.php',
        );
        $rows = array_filter(self::rows(), static fn (array $row): bool => $row[1] === $object::class);
        $kernel->add(array_values($rows));
        foreach (array_unique(array_column($rows, 0)) as $hook) {
            $kernel->register($hook);
        }
    }

    /** @return list<array{string, class-string, string}> of all tables */
    public static function rows(): array
    {
        return [
            ...Hooks::ALWAYS,
            ...Hooks::ORDERS,
            ...Hooks::PAGES,
            ...Hooks::EVENTS,
            ...Hooks::TOOLS,
            ...Hooks::ADMIN,
        ];
    }
}
