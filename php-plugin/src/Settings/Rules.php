<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * What a well-formed setting looks like, and how to tell a shop owner. Pure; the form, the constants and the stored
 * values all come through here. Words are asked for apart from the decision: settings are read before WordPress has
 * its translations.
 */
final class Rules
{
    /** CONTRACT 1 and 11: ids are digits only, at most 18. */
    private const ID = '/^[0-9]{1,18}$/D';
    /** Printable and without spaces. Pinterest states no length; known tokens are under 200 characters. */
    private const TOKEN = '/^[\x21-\x7e]{1,1000}$/D';
    private const CHOICES = [
        'value' => ['items', 'items_tax', 'total'],
        'item_id' => ['id', 'sku', 'filter'],
        'gateway' => ['placed', 'paid'],
    ];

    /** @param string $field a form field's name, "gateway" for one of them, "url" or "directory" for constants */
    public static function allows(string $field, #[\SensitiveParameter] mixed $value): bool
    {
        return is_string($value) && match ($field) {
            'tag_id', 'ad_account_id' => preg_match(self::ID, $value) === 1,
            'access_token' => preg_match(self::TOKEN, $value) === 1,
            'url' => self::isWebAddress($value),
            'directory' => str_starts_with($value, '/') && !str_contains($value, "\0"),
            default => in_array($value, self::CHOICES[$field] ?? [], true),
        };
    }

    /** The rule in words, for a value that it does not allow. */
    public static function words(string $field): string
    {
        return match ($field) {
            'tag_id' => __(
                'A tag ID is a number of at most 18 digits, without spaces or letters. '
                    . 'You find it in Pinterest Ads Manager under Conversions.',
                'pinrelay',
            ),
            'ad_account_id' => __(
                'An ad account ID is a number of at most 18 digits, without spaces or letters. '
                    . 'You find it in Pinterest Ads Manager, beside the name of the account.',
                'pinrelay',
            ),
            'access_token' => __(
                'An access token has no spaces, line breaks or accented letters, and at most 1000 characters. '
                    . 'Please copy the token again, and nothing but the token.',
                'pinrelay',
            ),
            'url' => __('This must be a web address that begins with https:// and a host name.', 'pinrelay'),
            'directory' => __('This must be the full path of a folder, beginning with a slash.', 'pinrelay'),
            default => __('Please choose one of the listed values.', 'pinrelay'),
        };
    }

    /** Plain http too: only wp-config.php sets addresses, to point a test shop at a stand-in. */
    private static function isWebAddress(string $value): bool
    {
        $parts = parse_url($value);
        return is_array($parts) && in_array($parts['scheme'] ?? '', ['https', 'http'], true) && !empty($parts['host']);
    }
}
