<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Site;

/**
 * The address by which a shop is known to itself and to its spool, without filters: language and currency plugins
 * filter home_url() differently on each page, and a shop must neither take itself for a copy because of that, nor set a
 * cookie where it cannot take it away.
 */
final class Home
{
    /** Host and path, as plain() writes them. */
    public static function address(): string
    {
        return self::plain(self::raw());
    }

    /**
     * The home address as stored or as WP_HOME says. In a network WP_HOME has no say, as in WordPress: it would make
     * all sites one.
     */
    public static function raw(): string
    {
        return self::option('home', 'WP_HOME');
    }

    /** The same of where WordPress itself lies. */
    public static function rawSite(): string
    {
        return self::option('siteurl', 'WP_SITEURL');
    }

    /** The shop's own folder on its host, with a slash at both ends. In a network the one that WordPress goes by. */
    public static function path(): string
    {
        $path = is_multisite() ? get_site()?->path : parse_url(self::raw(), PHP_URL_PATH);
        $path = trim(is_string($path) ? $path : '', '/');
        return $path === '' ? '/' : "/{$path}/";
    }

    /** A whole address without its host, for whichever host a page is asked under. */
    public static function local(string $url): string
    {
        return '/' . ltrim((string) preg_replace('~^(https?:)?//[^/?#]*~i', '', $url), '/');
    }

    /** Host and path in lower case: a shop that moves from http to https, or gains a slash, is the same shop. */
    public static function plain(string $address): string
    {
        $rest = (string) preg_replace('~^[a-z][a-z0-9+.-]*://~', '', strtolower(trim($address)));
        return rtrim($rest, '/');
    }

    public static function hash(): string
    {
        return hash('sha256', self::address());
    }

    private static function option(string $name, string $constant): string
    {
        $fixed = defined($constant) && !is_multisite() ? constant($constant) : '';
        if (is_string($fixed) && $fixed !== '') {
            return $fixed;
        }
        return (string) (wp_load_alloptions()[$name] ?? get_option($name));
    }
}
