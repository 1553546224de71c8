<?php

/**
 * A window for tests into their shop, in a web request, which is where shops
 * work and much quicker than WP-CLI: /?pinrelay-test=<what>
 *
 *   job&hook=<name>   runs a scheduled job now, due or not
 *   orders            [{id, status}], newest first
 *   outbox            the plugin's table, as rows with texts, by order
 */

declare(strict_types=1);

/** @return mixed what to answer, or null for any other request */
$look = static fn(string $what): mixed => match ($what) {
    'job' => [do_action(sanitize_key($_GET['hook'] ?? ''))],
    'orders' => array_map(
        static fn(WC_Order $order): array => ['id' => $order->get_id(), 'status' => $order->get_status()],
        wc_get_orders(['limit' => -1, 'orderby' => 'id', 'order' => 'DESC'])
    ),
    'outbox' => $GLOBALS['wpdb']->get_results(
        "SELECT * FROM {$GLOBALS['wpdb']->prefix}pinrelay_orders ORDER BY order_id"
    ),
    default => null,
};

add_action('wp_loaded', static function () use ($look): void {
    $answer = $look((string) ($_GET['pinrelay-test'] ?? ''));
    if ($answer !== null) {
        wp_send_json($answer);
    }
});
