<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Site;

/** The address by which a shop is known to itself and to its spool. */
final class Home
{
    /**
     * The home address as stored or as WP_HOME says, without filters: language and currency plugins filter home_url()
     * differently on each page, and a shop must not take itself for a copy because of that.
     */
    public static function address(): string
    {
        if (defined('WP_HOME') && is_string(WP_HOME) && WP_HOME !== '') {
            return self::plain(WP_HOME);
        }
        $options = wp_load_alloptions();
        return self::plain((string) ($options['home'] ?? get_option('home')));
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
}
