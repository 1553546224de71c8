<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

/**
 * The name that the extension gave to the spools of this machine, read from the file it wrote it to.
 *
 * Relay::status() tells it, too, but counts the whole backlog before: too dear for a checkout in an outage. Whatever is
 * not as expected (another user's, a copied root, no such file yet) is no answer, and status() has the say.
 */
final class NodeName
{
    public const FILE = 'node';

    /** @param string $root of the spools */
    public static function read(string $root): ?string
    {
        $file = $root . '/' . self::FILE;
        if (!@is_file($file) || @fileowner($file) !== Disk::user()) {
            return null;
        }
        $said = json_decode((string) @file_get_contents($file), true);
        $name = $said['node'] ?? null;
        // A copy has another inode than the one that is written in it.
        return is_string($name) && $name !== '' && ($said['inode'] ?? null) === @fileinode($file) ? $name : null;
    }
}
