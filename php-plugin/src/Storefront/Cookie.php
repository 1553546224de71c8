<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/** How every cookie of ours is set on the server. assets/pinrelay.js sets its own the same way, by the page's `path`. */
final class Cookie
{
    /**
     * @param int  $expires      Unix seconds; in the past it takes the cookie away
     * @param bool $isForScripts whether the page's script reads it
     */
    public static function set(string $name, string $value, int $expires, bool $isForScripts): bool
    {
        return setcookie($name, $value, [
            'expires' => $expires,
            'path' => self::path(),
            'secure' => is_ssl(),
            'httponly' => !$isForScripts,
            'samesite' => 'Lax',
        ]);
    }

    /** The shop's own folder, so that neighbours on the host do not see them. */
    public static function path(): string
    {
        $path = parse_url(home_url('/'), PHP_URL_PATH);
        return is_string($path) && $path !== '' ? $path : '/';
    }
}
