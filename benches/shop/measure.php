<?php

/**
 * Measures one request from within, where its header X-Measure gives it a name: one JSON line in wp-content/measure.log.
 *
 * "page" is what came until the visitor has the whole answer, "after" what came until the process was free again.
 * The processor time is the request's own thread's, to the nanosecond, and beside it the whole process's, with the
 * sender's thread.
 */

declare(strict_types=1);

(static function (): void {
    $name = (string) ($_SERVER['HTTP_X_MEASURE'] ?? '');
    if ($name === '') {
        return;
    }
    $own = static function (): int {
        $file = '/proc/self/task/' . getmypid() . '/schedstat';
        return (int) strtok((string) file_get_contents($file), ' ');
    };
    $process = static function (): int {
        $use = getrusage();
        return ($use['ru_utime.tv_sec'] + $use['ru_stime.tv_sec']) * 1_000_000
            + $use['ru_utime.tv_usec'] + $use['ru_stime.tv_usec'];
    };
    $since = [$own(), $process()];
    $look = static fn (): array => [
        'cpu_ms' => ($own() - $since[0]) / 1e6,
        'process_cpu_ms' => ($process() - $since[1]) / 1e3,
        'queries' => $GLOBALS['wpdb']->num_queries,
        'files' => count(get_included_files()),
    ];
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
