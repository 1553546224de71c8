<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

use Pinrelay\InvalidEventException;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Storefront\ClientAddress;

/** What the faults of a refused event are about. Pure. */
final class Faults
{
    /**
     * Whether nothing is wrong but that nobody knows of this visitor what Pinterest could match by: no public address,
     * no user agent. Such a visit is no fault.
     */
    public static function areOfVisitor(InvalidEventException $invalid): bool
    {
        $paths = array_column($invalid->errors(), 'path');
        return array_filter($paths, static fn (string $path): bool => !str_starts_with($path, 'user')) === [];
    }

    /**
     * As what a visit that was refused so is counted.
     *
     * @param array<string, mixed> $event
     * @param array<mixed>         $server REMOTE_ADDR and HTTP_* of the visitor's request, unslashed
     * @return array{string, string} reason and detail for DropCount::add()
     */
    public static function reason(InvalidEventException $invalid, array $event, array $server): array
    {
        if (!self::areOfVisitor($invalid)) {
            $path = (string) ($invalid->errors()[0]['path'] ?? '');
            return [DropCount::INVALID, (string) preg_replace('/[^a-z_.].*/', '', $path)];
        }
        return ($event['user']['ip'] ?? '') === ''
            ? [DropCount::PRIVATE_ADDRESS, ClientAddress::carrying($server)[0] ?? DropCount::NO_HEADER]
            : [DropCount::NO_MATCH_KEY, ''];
    }
}
