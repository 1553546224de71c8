<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Plugin;

/**
 * What hangs on the settings alone, made when they change (Compiler) and kept in one autoloaded option, so that a page
 * view works nothing out and loads nothing for it. It holds good as long as its fingerprint is that of this request.
 *
 * Holds the key that signs pages, as pinrelay_secret does, and no token.
 *
 * What is made: `fingerprint`; `settings` without the token, and `has_token`; `revision` of collect.php's settings;
 * `pages` by host and language (Storefront\PageData); `nodes`, by web server the `file` of collect.php and the options
 * of its `relay` but for the token, or null; `count` of this minute's changes.
 */
final class Compiled
{
    public const OPTION = 'pinrelay_page';

    /** Raised when what is made, Settings and PageData in it, takes another shape within a version. */
    private const SHAPE = 1;

    /** Options that it is made of: ours, where the shop lies, and by what language plugins go. */
    public const OPTIONS = [
        'pinrelay_settings', 'pinrelay_state', 'pinrelay_secret', 'pinrelay_spool',
        'home', 'siteurl', 'permalink_structure', 'active_plugins',
        'icl_sitepress_settings', 'polylang', 'trp_settings', 'pinterest_for_woocommerce',
    ];

    /** Without these nobody could tell that they changed. */
    private const OURS = ['pinrelay_settings' => true, 'pinrelay_state' => true, 'pinrelay_secret' => true];

    /** Of wp-config.php: Constants::NAMES, and where the shop lies. */
    public const CONSTANTS = [
        'PINRELAY_TAG_ID', 'PINRELAY_AD_ACCOUNT_ID', 'PINRELAY_ACCESS_TOKEN', 'PINRELAY_TEST_MODE',
        'PINRELAY_ENABLED', 'PINRELAY_SPOOL_DIR', 'PINRELAY_API_BASE', 'PINRELAY_TAG_SCRIPT_URL',
        'WP_HOME', 'WP_SITEURL', 'WP_PLUGIN_URL', 'WP_PLUGIN_DIR', 'PINTEREST_FOR_WOOCOMMERCE_VERSION',
    ];

    /** @param array<string, mixed> $made */
    private function __construct(public readonly array $made)
    {
    }

    /** Null where there is none for what this request would make of it. */
    public static function read(): ?self
    {
        $made = self::stored();
        $fingerprint = $made === null ? '' : self::fingerprint();
        return $fingerprint !== '' && ($made['fingerprint'] ?? null) === $fingerprint ? new self($made) : null;
    }

    /** What was made last, for whatever. @return ?array<string, mixed> */
    public static function stored(): ?array
    {
        // Not get_option(), which asks the database for an option that is not there.
        $stored = wp_load_alloptions()[self::OPTION] ?? null;
        $made = is_string($stored) ? @unserialize($stored, ['allowed_classes' => [\stdClass::class]]) : null;
        return is_array($made) ? $made : null;
    }

    /** Of all that it is made of, as this request has it; '' where that cannot be told. Signatures are a month's. */
    public static function fingerprint(): string
    {
        $options = wp_load_alloptions();
        if (array_diff_key(self::OURS, $options) !== []) {
            return '';
        }
        $of = [];
        foreach (self::OPTIONS as $name) {
            $of[] = $options[$name] ?? null;
        }
        foreach (self::CONSTANTS as $name) {
            $of[] = defined($name) ? constant($name) : null;
        }
        $of[] = wp_get_environment_type();
        $of[] = gmdate('Ym');
        // A quick hash: whoever could forge it has the database.
        return Plugin::VERSION . '-' . self::SHAPE . '-' . hash('xxh128', serialize($of));
    }

    /** Whether it still holds good: this request may have changed the settings. */
    public function isGood(): bool
    {
        return $this->made['fingerprint'] === self::fingerprint();
    }

    public function isActive(): bool
    {
        return $this->made['settings']['enabled'] && !$this->made['settings']['held'];
    }

    public function settings(): Settings
    {
        return new Settings(...['accessToken' => $this->token()] + $this->made['settings']);
    }

    /** Of this request's pages, by its host and language. @return ?array<string, mixed> as Storefront\PageData */
    public function page(): ?array
    {
        return $this->made['pages'][self::pageKey()] ?? null;
    }

    public static function pageKey(): string
    {
        $level = class_exists(Relay::class, false) ? Relay::API_LEVEL : 0;
        return strtolower((string) ($_SERVER['HTTP_HOST'] ?? '')) . '|' . get_locale() . '|' . $level;
    }

    /** Web servers of one shop may have their spools in different places. */
    public static function nodeKey(): string
    {
        return ($_SERVER['DOCUMENT_ROOT'] ?? '') . '|' . ini_get('pinrelay.spool_root') . '|' . php_uname('n');
    }

    /** @return ?array{file: string, relay: ?array<string, mixed>} of this web server */
    public function node(): ?array
    {
        return $this->made['nodes'][self::nodeKey()] ?? null;
    }

    public function token(): string
    {
        if (!$this->made['has_token']) {
            return '';
        }
        return trim((string) (defined('PINRELAY_ACCESS_TOKEN')
            ? constant('PINRELAY_ACCESS_TOKEN')
            : get_option('pinrelay_settings')['access_token'] ?? ''));
    }
}
