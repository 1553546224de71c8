<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Site\Home;

/**
 * How every cookie of ours is set and read on the server. assets/pinrelay.js does the same by the page's `path` and
 * `scope`. They have no domain, so each host keeps its own.
 */
final class Cookie
{
    /**
     * @param string $name         as our parts know it, without the scope
     * @param int    $expires      Unix seconds; in the past it takes the cookie away
     * @param bool   $isForScripts whether the page's script reads it
     */
    public static function set(string $name, string $value, int $expires, bool $isForScripts): bool
    {
        return setcookie(CookieNames::of($name, self::scope()), $value, [
            'expires' => $expires,
            'path' => self::path(),
            'secure' => is_ssl(),
            'httponly' => !$isForScripts,
            'samesite' => 'Lax',
        ]);
    }

    /** @return array<mixed> what this request has brought, slashed as WordPress leaves it, without other shops' */
    public static function all(): array
    {
        return CookieNames::own($_COOKIE, self::scope());
    }

    /** One cookie of ours, '' for none. */
    public static function read(string $name): string
    {
        $value = $_COOKIE[CookieNames::of($name, self::scope())] ?? '';
        return is_string($value) ? $value : '';
    }

    /** For the rest of this request. */
    public static function remember(string $name, string $value): void
    {
        $_COOKIE[CookieNames::of($name, self::scope())] = $value;
    }

    /** The shop's own folder, so that neighbours on the host do not see them; the same for each language. */
    public static function path(): string
    {
        return Home::path();
    }

    /**
     * What tells our names from those of the shops around: a cookie for `/` comes along to a shop in `/outlet/`, too.
     * The site's number in a network; what stands for the folder where a shop alone lies in one.
     */
    public static function scope(): string
    {
        $path = self::path();
        return match (true) {
            is_multisite() => get_current_blog_id() . '_',
            $path !== '/' => substr(hash('sha256', $path), 0, 6) . '_',
            default => '',
        };
    }
}
