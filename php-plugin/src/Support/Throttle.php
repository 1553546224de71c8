<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Support;

/**
 * Lets one request in so many seconds do something, among all workers: a time in an option that is not autoloaded,
 * claimed by a conditional UPDATE. It goes past the option and object caches, which are no locks.
 */
final class Throttle
{
    /** @param \wpdb $wpdb */
    public function __construct(private readonly object $wpdb)
    {
    }

    /** True for the one caller whose turn it is. */
    public function claim(string $option, int $seconds, int $now): bool
    {
        $options = $this->wpdb->options;
        $last = $this->wpdb->get_var(
            $this->wpdb->prepare("SELECT option_value FROM {$options} WHERE option_name = %s", $option)
        );
        if ($last === null) {
            // Not add_option(), which overwrites a row that another request made a moment ago, and says true to both.
            return 1 === $this->wpdb->query($this->wpdb->prepare(
                "INSERT IGNORE INTO {$options} (option_name, option_value, autoload) VALUES (%s, %s, %s)",
                $option,
                (string) $now,
                'off',
            ));
        }
        // A time in the future is a clock that was set back: it counts as long ago.
        if ((int) $last <= $now && $now - (int) $last < $seconds) {
            return false;
        }
        return 1 === $this->wpdb->query($this->wpdb->prepare(
            "UPDATE {$options} SET option_value = %s WHERE option_name = %s AND option_value = %s",
            (string) $now,
            $option,
            (string) $last,
        ));
    }
}
