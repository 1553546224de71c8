<?php

declare(strict_types=1);

// The menu that plugins put their pages under.

add_action('admin_menu', static function (): void {
    add_menu_page('WooCommerce', 'WooCommerce', 'manage_woocommerce', 'woocommerce', static function (): void {
        echo '<div class="wrap"><h1>WooCommerce (stand-in)</h1></div>';
    });
}, 9);
