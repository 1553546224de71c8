<?php

/**
 * Two payment methods for tests, in both checkouts: a card-like one that settles
 * inside process_payment(), and an off-site one that a webhook confirms.
 */

declare(strict_types=1);

add_filter('woocommerce_payment_gateways', static function (array $gateways): array {
    require_once __DIR__ . '/gateways/Card.php';
    require_once __DIR__ . '/gateways/Offsite.php';
    return [...$gateways, new \PinrelayTest\Card(), new \PinrelayTest\Offsite()];
});

add_action('woocommerce_blocks_payment_method_type_registration', static function ($registry): void {
    require_once __DIR__ . '/gateways/BlocksMethod.php';
    $registry->register(new \PinrelayTest\BlocksMethod('pinrelay_card', 'Test card'));
    $registry->register(new \PinrelayTest\BlocksMethod('pinrelay_offsite', 'Test off-site'));
});
