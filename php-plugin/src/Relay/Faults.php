<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

use Pinrelay\InvalidEventException;

/** What the faults of a refused event are about. Pure. */
final class Faults
{
    /**
     * Whether nothing is wrong but that nobody knows of this visitor what Pinterest could match by: no public address,
     * no user agent. Such a visit is nobody's mistake.
     */
    public static function areOfVisitor(InvalidEventException $invalid): bool
    {
        $paths = array_column($invalid->errors(), 'path');
        return array_filter($paths, static fn (string $path): bool => !str_starts_with($path, 'user')) === [];
    }
}
