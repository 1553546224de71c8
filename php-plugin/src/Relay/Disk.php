<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

/** The few questions to the file system that choosing and making the spool's folder need. */
final class Disk
{
    /** @return SpoolPlace::OURS|SpoolPlace::FOREIGN|SpoolPlace::FREE|SpoolPlace::CLOSED */
    public static function look(string $dir): string
    {
        // open_basedir makes PHP warn about every question outside it; such a folder is closed to us.
        $exists = @file_exists($dir) || @is_link($dir);
        if ($exists) {
            $owner = @fileowner($dir);
            $isOurs = @is_dir($dir) && !@is_link($dir) && ($owner === self::user() || self::user() === null);
            return $isOurs ? SpoolPlace::OURS : SpoolPlace::FOREIGN;
        }
        return @is_writable(dirname($dir)) ? SpoolPlace::FREE : SpoolPlace::CLOSED;
    }

    /**
     * Makes a folder that nobody else may enter, with files that tell a web server the same.
     *
     * A folder beside one document root may lie inside another's (a shop in a sub-folder of the host's main site), so
     * both of our places get them.
     */
    public static function make(string $dir): void
    {
        if (@is_dir($dir) || !@mkdir($dir, 0700)) {
            return;
        }
        @chmod($dir, 0700);
        @file_put_contents($dir . '/index.php', "<?php\n");
        @file_put_contents($dir . '/.htaccess', "Require all denied\n");
    }

    /** Removes a folder of ours with all that is in it. Links are removed and never followed. */
    public static function remove(string $dir): void
    {
        if (!@is_dir($dir) || @is_link($dir)) {
            return;
        }
        foreach (@scandir($dir) ?: [] as $name) {
            if ($name === '.' || $name === '..') {
                continue;
            }
            $path = $dir . '/' . $name;
            @is_dir($path) && !@is_link($path) ? self::remove($path) : @unlink($path);
        }
        @rmdir($dir);
    }

    /** The user id this process works as, null where PHP cannot tell. */
    public static function user(): ?int
    {
        return function_exists('posix_geteuid') ? posix_geteuid() : null;
    }
}
