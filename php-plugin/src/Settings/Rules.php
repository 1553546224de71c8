<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * What a well-formed setting looks like: one method per field, each giving the fault in words a shop owner can act on,
 * or null. Pure; the form, the constants and stored values all come through here.
 */
final class Rules
{
    /** CONTRACT 1 and 11: digits only, at most 18. */
    private const LONGEST_ID = 18;
    /** Pinterest states no length; known tokens are under 200 characters. */
    private const LONGEST_TOKEN = 1000;

    public static function tagId(string $value): ?string
    {
        return self::isId($value) ? null : sprintf(
            /* translators: %d: a number of digits */
            __(
                'A tag ID is a number of at most %d digits, without spaces or letters. '
                    . 'You find it in Pinterest Ads Manager under Conversions.',
                'pinrelay',
            ),
            self::LONGEST_ID,
        );
    }

    public static function adAccountId(string $value): ?string
    {
        return self::isId($value) ? null : sprintf(
            /* translators: %d: a number of digits */
            __(
                'An ad account ID is a number of at most %d digits, without spaces or letters. '
                    . 'Pinterest Ads Manager shows it beside the account name.',
                'pinrelay',
            ),
            self::LONGEST_ID,
        );
    }

    public static function accessToken(#[\SensitiveParameter] string $value): ?string
    {
        if (strlen($value) > self::LONGEST_TOKEN) {
            return sprintf(
                /* translators: %d: a number of characters */
                __('An access token has at most %d characters. Please copy the token again, and only it.', 'pinrelay'),
                self::LONGEST_TOKEN,
            );
        }
        return preg_match('/^[\x21-\x7e]+$/D', $value) === 1 ? null : __(
            'An access token has no spaces, line breaks or accented letters. Please copy the token again, and only it.',
            'pinrelay',
        );
    }

    public static function value(string $value): ?string
    {
        return self::oneOf($value, ['items', 'items_tax', 'total']);
    }

    public static function itemId(string $value): ?string
    {
        return self::oneOf($value, ['id', 'sku', 'filter']);
    }

    public static function gateway(string $value): ?string
    {
        return self::oneOf($value, ['placed', 'paid']);
    }

    /** @param string $value from wp-config.php only; tests and demonstrations point it at a stand-in */
    public static function url(string $value): ?string
    {
        $parts = parse_url($value);
        return is_array($parts) && in_array($parts['scheme'] ?? '', ['https', 'http'], true) && !empty($parts['host'])
            ? null
            : __('This is not the address of a server: it must begin with https:// and a host name.', 'pinrelay');
    }

    public static function directory(string $value): ?string
    {
        return str_starts_with($value, '/') && !str_contains($value, "\0")
            ? null
            : __('This must be the full path of a folder, beginning with a slash.', 'pinrelay');
    }

    private static function isId(string $value): bool
    {
        return preg_match('/^[0-9]{1,' . self::LONGEST_ID . '}$/D', $value) === 1;
    }

    /** @param list<string> $choices */
    private static function oneOf(string $value, array $choices): ?string
    {
        return in_array($value, $choices, true) ? null : __('Please choose one of the listed values.', 'pinrelay');
    }
}
