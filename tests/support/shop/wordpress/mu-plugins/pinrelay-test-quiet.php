<?php

/**
 * Keeps a test shop to itself: no request leaves the machine, no mail is sent,
 * and nothing runs in the background that a test did not ask for.
 */

declare(strict_types=1);

add_filter('pre_http_request', static function ($answer, $args, $url) {
    $host = (string) wp_parse_url($url, PHP_URL_HOST);
    return in_array($host, ['127.0.0.1', 'localhost'], true)
        ? $answer
        : new WP_Error('offline', "This test shop does not call $host.");
}, 10, 3);

add_filter('pre_wp_mail', '__return_true');

// Action Scheduler's runner holds a worker in sleep(5).
add_filter('action_scheduler_allow_async_request_runner', '__return_false');

add_filter('woocommerce_admin_get_feature_config', static function (array $features): array {
    return array_merge($features, array_fill_keys(
        ['onboarding', 'onboarding-tasks', 'remote-inbox-notifications', 'remote-free-extensions', 'marketing'],
        false
    ));
});
