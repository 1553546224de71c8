<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\UsState;

/**
 * In which US state a visitor is who has given no address, for Limited Data Processing alone: by the cookie in which
 * his browser keeps the answer, else by what stands in front of PHP and knows. That is Cloudflare ("add visitor
 * location headers"), CloudFront, or the web server's own MaxMind or GeoIP module.
 *
 * Nobody has to be trusted for it, unlike for an address (ClientAddress): who makes up a state changes what may be done
 * with his own data and nobody else's.
 *
 * state() is pure, for it is asked without WordPress (collect.php).
 */
final class VisitorRegion
{
    /** A state's two letters, or NONE: somewhere else, or nobody knows. Made by assets/limited.js, and by keep(). */
    public const COOKIE = 'pinrelay_ldp';
    public const NONE = 'none';

    /** What PHP calls them: the country, and the state within it. */
    public const SOURCES = [
        'HTTP_CF_IPCOUNTRY' => 'HTTP_CF_REGION_CODE',
        'HTTP_CLOUDFRONT_VIEWER_COUNTRY' => 'HTTP_CLOUDFRONT_VIEWER_COUNTRY_REGION',
        'MM_COUNTRY_CODE' => 'MM_REGION_CODE',
        'GEOIP_COUNTRY_CODE' => 'GEOIP_REGION',
    ];

    /** As long as an address that he has typed in holds good for the pages that do not know him. */
    private const SECONDS = 30 * 86400;

    /**
     * @param array<mixed> $server  $_SERVER
     * @param array<mixed> $cookies CookieNames::own()
     * @return string two capital letters, '' where it is not known or not in the US
     */
    public static function state(array $server, array $cookies): string
    {
        $kept = $cookies[self::COOKIE] ?? '';
        if (is_string($kept) && $kept !== '') {
            return $kept === self::NONE ? '' : UsState::code($kept);
        }
        foreach (self::SOURCES as $country => $state) {
            if (self::letters($server[$country] ?? '') === 'US') {
                return UsState::code($server[$state] ?? '');
            }
        }
        return '';
    }

    /**
     * Lets the pages that a cache answers know where this browser's owner says that he lives.
     *
     * @param array<string, string> $person Customer::known()
     */
    public static function keep(array $person): void
    {
        $country = self::letters($person['country'] ?? '');
        $state = $country === 'US' ? UsState::code($person['state'] ?? '') : '';
        $value = $state === '' ? self::NONE : $state;
        if ($country === '' || Cookie::read(self::COOKIE) === $value || headers_sent()) {
            return;
        }
        Cookie::set(self::COOKIE, $value, time() + self::SECONDS, isForScripts: true);
        Cookie::remember(self::COOKIE, $value);
    }

    private static function letters(mixed $said): string
    {
        return is_string($said) && preg_match('/^[A-Za-z]{2}$/D', $said) === 1 ? strtoupper($said) : '';
    }
}
