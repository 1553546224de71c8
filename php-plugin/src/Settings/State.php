<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * What the plugin knows about itself between requests (option pinrelay_state), and the install secret.
 *
 * Keys: generation, fingerprint, current, retired (Generation); home_hash, environment, copy (CopyGuard);
 * activated_at, db_version (Installer). It must not know what any of them means.
 */
final class State
{
    public const OPTION = 'pinrelay_state';
    public const SECRET = 'pinrelay_secret';

    /** @return array<string, mixed> */
    public function all(): array
    {
        $state = get_option(self::OPTION, []);
        return is_array($state) ? $state : [];
    }

    public function get(string $key, mixed $default = null): mixed
    {
        return $this->all()[$key] ?? $default;
    }

    /** @param array<string, mixed> $changes merged over what is there now */
    public function put(array $changes): void
    {
        update_option(self::OPTION, $changes + $this->all(), true);
    }

    /** 64 hex digits, made at the first need and never changed: every order's event id hangs on it. */
    public function secret(): string
    {
        $secret = get_option(self::SECRET);
        if (!is_string($secret) || strlen($secret) < 32) {
            // Of two first requests one makes the row, and both read the same back. add_option() would not do: it
            // overwrites a row that appeared since it looked.
            $wpdb = $GLOBALS['wpdb'];
            $wpdb->query($wpdb->prepare(
                "INSERT IGNORE INTO {$wpdb->options} (option_name, option_value, autoload) VALUES (%s, %s, %s)",
                self::SECRET,
                bin2hex(random_bytes(32)),
                'on',
            ));
            wp_cache_delete(self::SECRET, 'options');
            wp_cache_delete('notoptions', 'options');
            wp_cache_delete('alloptions', 'options');
            $secret = (string) get_option(self::SECRET);
        }
        return $secret;
    }
}
