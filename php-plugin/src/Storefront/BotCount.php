<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * How many visits of bots were dropped: a number in a file beside the spools, since a crawler comes by the thousand and
 * must not cost a database query each. It is a figure for the owner, so a count that cannot be written is let go.
 */
final class BotCount
{
    private const FILE = '/bots';

    public static function add(string $dir): void
    {
        $file = is_dir($dir) ? @fopen($dir . self::FILE, 'c+') : false;
        if ($file === false) {
            return;
        }
        if (flock($file, LOCK_EX | LOCK_NB)) {
            $count = (int) stream_get_contents($file) + 1;
            rewind($file);
            fwrite($file, (string) $count);
            flock($file, LOCK_UN);
        }
        fclose($file);
    }

    public static function read(string $dir): int
    {
        return (int) @file_get_contents($dir . self::FILE);
    }
}
