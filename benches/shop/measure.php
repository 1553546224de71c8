<?php

/**
 * Measures one request from within, where its header X-Measure names it: one JSON line in wp-content/measure.log.
 *
 * "page" is what came until the visitor has the whole answer, "after" what came until the process was free again.
 * The processor time is the process's, less what threads beside the request's own have used: the sender's works at the
 * same time, and nobody waits for it. (The kernel tells it of a running thread only as of its last tick, and of others
 * exactly, hence the subtraction.)
 */

declare(strict_types=1);

(static function (): void {
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
    $since = [$process(), $others()];
    $look = static function () use ($process, $others, $since): array {
        $all = $process() - $since[0];
        return [
            'cpu_ms' => $all - ($others() - $since[1]),
            'process_cpu_ms' => $all,
            'queries' => $GLOBALS['wpdb']->num_queries,
            'files' => count(get_included_files()),
        ];
    };
    // Loaded before all plugins, so this is the first at its priority, and what it registers runs before what
    // others register at the end.
    add_action('shutdown', static function () use ($name, $look): void {
        $page = $look();
        register_shutdown_function(static function () use ($name, $look, $page): void {
            register_shutdown_function(static function () use ($name, $look, $page): void {
                $line = json_encode(['name' => $name, 'page' => $page, 'after' => $look()]) . "\n";
                file_put_contents(WP_CONTENT_DIR . '/measure.log', $line, FILE_APPEND);
            });
        });
    }, PHP_INT_MAX);
})();
