<?php

/**
 * Loads the plugin's classes and those of the tests (namespace Pinrelay\WooCommerce\Tests is this folder), and a small
 * WordPress for them: options and the outbox in SQLite, hooks, orders, a relay that records. No network, no files
 * outside the temporary directory. What one room alone asks of WordPress stands beside its tests.
 */

declare(strict_types=1);

require_once __DIR__ . '/../../php-plugin/src/autoload.php';

spl_autoload_register(static function (string $class): void {
    $prefix = 'Pinrelay\\WooCommerce\\Tests\\';
    $file = __DIR__ . '/' . str_replace('\\', '/', substr($class, strlen($prefix))) . '.php';
    if (str_starts_with($class, $prefix) && is_file($file)) {
        require $file;
    }
});

require_once __DIR__ . '/support/Database.php';
require_once __DIR__ . '/support/Site.php';
require_once __DIR__ . '/support/Listener.php';
require_once __DIR__ . '/support/wordpress.php';
require_once __DIR__ . '/support/woocommerce.php';
if (!extension_loaded('pinrelay')) {
    require_once __DIR__ . '/support/relay.php';
}
require_once __DIR__ . '/Storefront/wordpress.php';
