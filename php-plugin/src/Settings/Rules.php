<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Orders\OrderSource;

/**
 * What a well-formed setting looks like, and how to tell a shop owner. Pure; the form, the constants and the stored
 * values all come through here. Words are asked for apart from the decision: settings are read before WordPress has
 * its translations.
 */
final class Rules
{
    /** docs/wire-contract.md#endpoint, #settings-checks: ids are digits only, at most 18. */
    private const ID = '/^[0-9]{1,18}$/D';
    /** Printable and without spaces. Pinterest states no length; known tokens are under 200 characters. */
    private const TOKEN = '/^[\x21-\x7e]{1,1000}$/D';
    private const CHOICES = [
        'value' => ['items', 'items_tax', 'total'],
        'item_id' => ['id', 'sku', 'gla', 'gpf', 'facebook', 'filter'],
        'gateway' => ['placed', 'paid'],
        'status' => ['', Settings::PAID, Settings::WAITING, Settings::NO_SALE],
        'order_sources' => OrderSource::CHOICES,
        'consent' => [Consent::OFF, Consent::WP_CONSENT_API, Consent::FILTER],
        'consent_default' => [Consent::GRANTED, Consent::REFUSED],
    ];
    /** Postal codes of the states and the federal district: where US privacy laws of states can apply. */
    private const STATES = 'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH '
        . 'NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY';
    /** A source of orders by its own name; WooCommerce keeps a hundred bytes of it. */
    private const SOURCE = '/^via:[^\x00-\x1f\x7f]{0,100}$/D';
    private const HEADER = '/^[A-Za-z0-9-]{1,64}$/D';

    /** @param string $field a form field's name, "gateway" for one of them; of a list's field, one entry; "url" or
     *     "directory" for constants */
    public static function allows(string $field, #[\SensitiveParameter] mixed $value): bool
    {
        return is_string($value) && match ($field) {
            'tag_id', 'ad_account_id' => preg_match(self::ID, $value) === 1,
            'access_token' => preg_match(self::TOKEN, $value) === 1,
            'url' => self::isWebAddress($value),
            'directory' => str_starts_with($value, '/') && !str_contains($value, "\0"),
            'ldp_states' => in_array($value, explode(' ', self::STATES), true),
            'trusted_headers' => preg_match(self::HEADER, $value) === 1,
            'order_sources' => in_array($value, self::CHOICES[$field], true) || preg_match(self::SOURCE, $value) === 1,
            'wait_minutes' => preg_match('/^[0-9]{1,2}$/D', $value) === 1
                && (int) $value >= 1 && (int) $value <= Settings::LONGEST_WAIT_MINUTES,
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
            'ldp_states' => __(
                'Please enter the two-letter codes of US states, separated by commas, for example CA, CO.',
                'pinrelay',
            ),
            'trusted_headers' => __(
                'Please enter names of HTTP headers, separated by commas, for example X-Real-IP. '
                    . 'A name has only letters, digits and hyphens.',
                'pinrelay',
            ),
            'wait_minutes' => sprintf(
                /* translators: %d: number of minutes */
                __('Please enter a number of minutes from 1 to %d.', 'pinrelay'),
                Settings::LONGEST_WAIT_MINUTES,
            ),
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
