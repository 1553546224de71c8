<?php

/**
 * Removes every trace of the plugin, on each site of a network: settings with the token, the outbox, the schedules.
 */

declare(strict_types=1);

if (!defined('WP_UNINSTALL_PLUGIN')) {
    exit;
}

require_once __DIR__ . '/src/autoload.php';

if (is_multisite()) {
    foreach (get_sites(['fields' => 'ids', 'number' => 0]) as $pinrelaySite) {
        switch_to_blog((int) $pinrelaySite);
        Pinrelay\WooCommerce\Installer::remove();
        restore_current_blog();
    }
} else {
    Pinrelay\WooCommerce\Installer::remove();
}
