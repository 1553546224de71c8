<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * What the plugin knows about itself between requests (option pinrelay_state), and the install secret.
 *
 * Keys: generation, fingerprint, current, retired (Generation); home_hash, environment, copy (CopyGuard);
 * activated_at, db_version (Installer); table (Orders\TableRepair); changes_told (Admin\Changes). It must not know what
 * any of them means.
 */
final class State
{
    /** The key of Collect\Revision's number, which each page carries. */
    public const REVISION = 'revision';

    public const OPTION = 'pinrelay_state';
    public const SECRET = 'pinrelay_secret';

    /** So many requests may write at the same moment. */
    private const TRIES = 5;

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

    /**
     * Another request may have put something since this one read the option: that stays.
     *
     * @param array<string, mixed> $changes merged over what is there now
     */
    public function put(array $changes): void
    {
        for ($try = 0; $try < self::TRIES; $try++) {
            $current = null;
            $isDone = $this->amend(static function (array $state) use ($changes, &$current): ?array {
                $current = $state;
                return $changes + $state == $state ? null : $changes;
            });
            if ($isDone || ($current !== null && $changes + $current == $current)) {
                return;
            }
            if ($current === null) {
                break; // None was stored yet.
            }
        }
        update_option(self::OPTION, $changes + $this->all(), true);
    }

    /**
     * Makes changes that hang on what is there: it is read past the caches, which may be older, and written only where
     * nobody has written since.
     *
     * @param \Closure(array<string, mixed>): ?array<string, mixed> $change what to merge over it, null for nothing
     * @return bool whether they were made
     */
    public function amend(\Closure $change): bool
    {
        $wpdb = $GLOBALS['wpdb'];
        $stored = $wpdb->get_var(
            $wpdb->prepare("SELECT option_value FROM {$wpdb->options} WHERE option_name = %s", self::OPTION)
        );
        $state = is_string($stored) ? maybe_unserialize($stored) : null;
        $changes = is_array($state) ? $change($state) : null;
        $isDone = $changes !== null && 1 === $wpdb->query($wpdb->prepare(
            "UPDATE {$wpdb->options} SET option_value = %s WHERE option_name = %s AND option_value = %s",
            serialize($changes + $state),
            self::OPTION,
            $stored,
        ));
        self::forgetCached(self::OPTION);
        return $isDone;
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
            self::forgetCached(self::SECRET);
            $secret = (string) get_option(self::SECRET);
        }
        return $secret;
    }

    private static function forgetCached(string $option): void
    {
        wp_cache_delete($option, 'options');
        wp_cache_delete('notoptions', 'options');
        wp_cache_delete('alloptions', 'options');
    }
}
