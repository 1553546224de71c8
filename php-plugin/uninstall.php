<?php

/**
 * Removes every trace of the plugin, on each site of a network: settings with the token, the outbox,
 * the schedules, the spools that it made, the files of collect.php.
 */

declare(strict_types=1);

if (!defined('WP_UNINSTALL_PLUGIN')) {
    exit;
}

require_once __DIR__ . '/src/autoload.php';

Pinrelay\WooCommerce\Network::onEach(true, static fn () => Pinrelay\WooCommerce\Installer::remove());
// Of sites that are gone already, too.
(new Pinrelay\WooCommerce\Collect\ConfigFile(WP_PLUGIN_DIR . '/' . basename(__DIR__), 1))->removeAll();
