<?php

/**
 * Loads this plugin's classes: namespace Pinrelay\WooCommerce is the folder src/ (PSR-4).
 *
 * Ours and not Composer's, because a shop installs a folder and not a dependency tree. It must know nothing of
 * WordPress.
 */

declare(strict_types=1);

spl_autoload_register(static function (string $class): void {
    $prefix = 'Pinrelay\\WooCommerce\\';
    if (!str_starts_with($class, $prefix)) {
        return;
    }
    $file = __DIR__ . '/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
    // Not asked first whether it is there: each question to the disk counts, and a class that is missing, as in the
    // middle of an update, is an error that can be caught.
    @include $file;
});
