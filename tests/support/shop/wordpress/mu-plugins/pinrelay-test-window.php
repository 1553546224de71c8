<?php

/**
 * A window for tests into their shop, in a web request, which is where shops
 * work and much quicker than WP-CLI: /?pinrelay-test=<what>
 *
 *   job&hook=<name>      runs a scheduled job now, due or not
 *   orders               [{id, status}], newest first
 *   outbox               the plugin's table, as rows with texts, by order
 *   pay&id=<order>       what a gateway's webhook does
 *   status&id=<order>&to=<status>, trash&id=<order>, delete&id=<order>   what a merchant does
 *   secret               the secret this request worked with
 *   claim                whether this request is the one that may, by the plugin's own throttle
 *   sql&q=<statement>    how many rows it changed
 *
 * With &at=<unix seconds, with a fraction> it waits for that moment first, so that many requests come at once; with
 * &start=<moment> it waits before WordPress has read anything. With &until=<file> it makes <file>.waits, and waits for
 * the file.
 *
 * Where PINRELAY_TEST_HEARD names a file, each of the plugin's own actions leaves a line in it: action, order, word.
 * PINRELAY_TEST_SLOW is for how many seconds whoever listens to a settled order sleeps first. Where
 * PINRELAY_TEST_QUERIES names a file, each statement that names something of the plugin's leaves a line: "page" while
 * the visitor waits or "after", and the statement.
 */

declare(strict_types=1);

$wait = static function (string $name): void {
    while (microtime(true) < (float) ($_GET[$name] ?? 0)) {
        usleep(50);
    }
};

$order = static fn(): WC_Order => wc_get_order((int) $_GET['id']);

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
    'pay' => [$order()->payment_complete()],
    'status' => [$order()->update_status(sanitize_key($_GET['to']))],
    'trash' => [$order()->delete(false)],
    'delete' => [$order()->delete(true)],
    'secret' => [(new Pinrelay\WooCommerce\Settings\State())->secret()],
    'claim' => [(new Pinrelay\WooCommerce\Support\Throttle($GLOBALS['wpdb']))->claim('pinrelay_test', 10, time())],
    'sql' => [$GLOBALS['wpdb']->query(wp_unslash($_GET['q']))],
    default => null,
};

$wait('start');

add_action('wp_loaded', static function () use ($look, $wait): void {
    $what = (string) ($_GET['pinrelay-test'] ?? '');
    if ($what !== '') {
        $wait('at');
    }
    if (isset($_GET['until'])) {
        touch("{$_GET['until']}.waits");
        while (!file_exists($_GET['until'])) {
            clearstatcache();
            usleep(1000);
        }
    }
    $answer = $look($what);
    if ($answer !== null) {
        wp_send_json($answer);
    }
});

if (defined('PINRELAY_TEST_HEARD')) {
    foreach (['accepted', 'settled'] as $action) {
        add_action("pinrelay_order_$action", static function ($order, $word) use ($action): void {
            if ($action === 'settled' && defined('PINRELAY_TEST_SLOW')) {
                sleep((int) PINRELAY_TEST_SLOW);
            }
            file_put_contents(PINRELAY_TEST_HEARD, "$action $order $word\n", FILE_APPEND);
        }, 10, 2);
    }
}

if (defined('PINRELAY_TEST_QUERIES')) {
    $phase = 'page';
    // The first at this priority, since no plugin is loaded yet.
    add_action('shutdown', static function () use (&$phase): void {
        $phase = 'after';
    }, PHP_INT_MAX);
    add_filter('query', static function ($sql) use (&$phase) {
        if (str_contains((string) $sql, 'pinrelay_')) {
            $line = $phase . ' ' . preg_replace('/\s+/', ' ', $sql) . "\n";
            file_put_contents(PINRELAY_TEST_QUERIES, $line, FILE_APPEND);
        }
        return $sql;
    });
}
