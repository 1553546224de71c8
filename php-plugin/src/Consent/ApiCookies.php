<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

/**
 * What the cookies of the WP Consent API say of a visitor. Pure, since collect.php has no WordPress to ask, and
 * assets/pinrelay.js follows the same rule in the browser.
 *
 * `allow` is yes and any other word is no. Without a word it is yes only where the banner told that visitors of this
 * region may object (`optout`). The API's own wp_has_consent() is not asked: it takes a shop whose banner tells its
 * type in the browser alone for one that asks nobody.
 */
final class ApiCookies
{
    /** The API's own category for advertising. */
    private const CATEGORY = 'marketing';

    /**
     * What only the browser was told, by assets/pinrelay.js: the banner's type, 'optin' or 'optout', or self::DENY
     * where its function wp_has_consent() says no and no cookie of the API does.
     */
    public const TYPE = 'pinrelay_consent_type';

    private const DENY = 'deny';

    /** How a banner may call us where it asks for each service. */
    private const SERVICE = '/pinterest|pinrelay/i';

    /**
     * @param array<string, string> $cookies unslashed
     * @param string                $prefix  of the API's cookies; '' where there is no API
     * @param string                $type    as told on the server, '' for none; what the browser was told goes first
     */
    public static function allow(array $cookies, string $prefix, string $type): bool
    {
        $told = $cookies[self::TYPE] ?? $type;
        $services = $cookies[self::name($prefix, 'consented_services')] ?? '';
        if ($prefix === '' || $told === self::DENY || self::isServiceRefused($services)) {
            return false;
        }
        $word = self::word($cookies, $prefix);
        return $word === '' ? str_contains($told, 'optout') : $word === 'allow';
    }

    /**
     * Whether a banner has left a sign of itself in this browser.
     *
     * @param array<string, string> $cookies
     */
    public static function areThere(array $cookies, string $prefix): bool
    {
        return isset($cookies[self::TYPE]) || self::word($cookies, $prefix) !== '';
    }

    /** @param array<string, string> $cookies */
    private static function word(array $cookies, string $prefix): string
    {
        return $cookies[self::name($prefix, self::CATEGORY)] ?? '';
    }

    private static function isServiceRefused(string $json): bool
    {
        $services = $json === '' ? null : json_decode($json, true, 2);
        foreach (is_array($services) ? $services : [] as $name => $agrees) {
            if (!$agrees && preg_match(self::SERVICE, (string) $name) === 1) {
                return true;
            }
        }
        return false;
    }

    /** As PHP calls a cookie of that name. */
    private static function name(string $prefix, string $what): string
    {
        return strtr("{$prefix}_{$what}", '. ', '__');
    }
}
