<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * How many settled orders have each verdict, kept as they settle: a shop has hundreds of thousands of them, too many to
 * be counted for a page. One row of WordPress' options for each number, raised and lowered by one statement, which goes
 * past the option and object caches.
 *
 * A process that dies between an order's move and its number leaves the number wrong; recounting mends that.
 */
final class Tally
{
    public const PREFIX = 'pinrelay_count_';
    /** Orders that ended after they were sent. */
    public const ENDED = 'ended';
    /** Before the name of a destination: what was ever delivered there. */
    public const TO = 'to_';

    /** @param \wpdb $wpdb */
    public function __construct(private readonly object $wpdb)
    {
    }

    public function add(string $name, int $by): void
    {
        $options = $this->wpdb->options;
        $raise = $this->wpdb->prepare(
            "UPDATE {$options} SET option_value = option_value + %d WHERE option_name = %s",
            $by,
            self::PREFIX . $name,
        );
        if ($by === 0) {
            return;
        }
        // A number that cannot be written is no reason to break a checkout's answer.
        $shown = $this->wpdb->suppress_errors(true);
        if ($this->wpdb->query($raise) === 0) {
            $this->make($name);
            $this->wpdb->query($raise);
        }
        $this->wpdb->suppress_errors($shown);
    }

    /** Of two that are the first, one makes the row. */
    private function make(string $name): void
    {
        $options = $this->wpdb->options;
        $this->wpdb->query($this->wpdb->prepare(
            "INSERT IGNORE INTO {$options} (option_name, option_value, autoload) VALUES (%s, %s, %s)",
            self::PREFIX . $name,
            '0',
            'off',
        ));
    }

    /** @return array<string, int> all numbers, by name */
    public function all(): array
    {
        $rows = $this->wpdb->get_results($this->wpdb->prepare(
            "SELECT option_name, option_value FROM {$this->wpdb->options} WHERE option_name LIKE %s",
            $this->wpdb->esc_like(self::PREFIX) . '%',
        ), 'ARRAY_A');
        $all = [];
        foreach (is_array($rows) ? $rows : [] as $row) {
            $all[substr((string) $row['option_name'], strlen(self::PREFIX))] = max(0, (int) $row['option_value']);
        }
        ksort($all);
        return $all;
    }

    /**
     * Puts right what was found to be wrong. What moved meanwhile stays counted.
     *
     * @param array<string, int> $before as all() gave it before the orders were counted
     * @param array<string, int> $counted
     */
    public function correct(array $before, array $counted): void
    {
        $zero = array_fill_keys(array_keys(array_filter(
            $before,
            static fn (string $name): bool => !str_starts_with($name, self::TO),
            ARRAY_FILTER_USE_KEY,
        )), 0);
        foreach ($counted + $zero as $name => $count) {
            $this->add((string) $name, $count - ($before[$name] ?? 0));
        }
    }

    /** Removes every number from this site. */
    public function forget(): void
    {
        foreach (array_keys($this->all()) as $name) {
            delete_option(self::PREFIX . $name);
        }
    }
}
