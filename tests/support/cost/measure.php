<?php

/**
 * Measures one request from within, where its header X-Measure names it: one JSON line in wp-content/measure.log. The
 * header X-Pinrelay: off leaves our plugin out of this request, as if it were not active: the same shop, and the same
 * process, with and without it.
 *
 * "page" is what came until the visitor has the whole answer, "after" what came until the process was free again. Both
 * leave out what came before the first plugin: PHP's start and the core of WordPress.
 * The processor time is the process's, less what threads beside the request's own have used: the sender's works at the
 * same time, and nobody waits for it. (The kernel tells it of a running thread only as of its last tick, and of others
 * exactly, hence the subtraction.)
 */

declare(strict_types=1);

(static function (): void {
    if (($_SERVER['HTTP_X_PINRELAY'] ?? '') === 'off') {
        add_filter('option_active_plugins', static fn (array $plugins): array => array_values(array_filter(
            $plugins,
            static fn (string $plugin): bool => !str_starts_with($plugin, 'pinrelay/'),
        )));
    }
    $name = (string) ($_SERVER['HTTP_X_MEASURE'] ?? '');
    if ($name === '') {
        return;
    }
    $others = static function (): float {
        $ms = 0.0;
        foreach (glob('/proc/self/task/*/schedstat') ?: [] as $file) {
            if (basename(dirname($file)) !== (string) getmypid()) {
                $ms += (int) strtok((string) @file_get_contents($file), ' ') / 1e6;
            }
        }
        return $ms;
    };
    $process = static function (): float {
        $use = getrusage();
        return ($use['ru_utime.tv_sec'] + $use['ru_stime.tv_sec']) * 1e3
            + ($use['ru_utime.tv_usec'] + $use['ru_stime.tv_usec']) / 1e3;
    };
    // benches/shop/instructions.mjs counts from one call of this function to the next; nobody else calls it.
    $mark = static fn (): mixed => sys_getloadavg();
    $mark();
    // Wherever an order changes WooCommerce writes the second down, with two queries if it is another one by now. That
    // is chance and is left out.
    $byChance = 0;
    add_action('update_option__transient_orders-transient-version', static function () use (&$byChance): void {
        $byChance += 2;
    });
    $since = [$process(), $others()];
    $look = static function () use ($process, $others, $since, $mark, &$byChance): array {
        $all = $process() - $since[0];
        $seen = [
            'cpu_ms' => $all - ($others() - $since[1]),
            'process_cpu_ms' => $all,
            'queries' => $GLOBALS['wpdb']->num_queries - $byChance,
            'options' => count(preg_grep('/^pinrelay_/', array_keys(wp_load_alloptions()))),
            'files' => count(get_included_files()),
        ];
        $mark();
        return $seen;
    };
    // Loaded before all plugins, so this is the first at its priority, and what it registers runs before what
    // others register at the end.
    add_action('shutdown', static function () use ($name, $look): void {
        $page = $look();
        register_shutdown_function(static function () use ($name, $look, $page): void {
            register_shutdown_function(static function () use ($name, $look, $page): void {
                $cached = (bool) (opcache_get_status(false)['opcache_enabled'] ?? false);
                $line = json_encode(['name' => $name, 'page' => $page, 'after' => $look(), 'opcache' => $cached]);
                file_put_contents(WP_CONTENT_DIR . '/measure.log', $line . "\n", FILE_APPEND);
            });
        });
    }, PHP_INT_MAX);
})();
