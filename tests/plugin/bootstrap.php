<?php

/**
 * For PHPUnit: finds the plugin's classes and those of the tests (namespace Pinrelay\WooCommerce\Tests is this folder).
 * Neither WordPress nor the extension is needed; what a room asks of WordPress stands beside its tests.
 */

declare(strict_types=1);

require __DIR__ . '/../../php-plugin/src/autoload.php';

require __DIR__ . '/Storefront/wordpress.php';

spl_autoload_register(static function (string $class): void {
    $prefix = 'Pinrelay\\WooCommerce\\Tests\\';
    $file = __DIR__ . '/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
    if (str_starts_with($class, $prefix) && is_file($file)) {
        require $file;
    }
});
