<?php

/**
 * One order: captured, or, for comparison, posted to the API in the request as a plain plugin would do. Prints when it
 * began and what that call took, in nanoseconds of the monotonic clock. Input: options, n, direct.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Bench;

require __DIR__ . '/checkout.php';

['options' => $options, 'n' => $n, 'direct' => $direct] = given();
$relay = new \Pinrelay\Relay($options);
$order = checkout($n);
$start = hrtime(true);
if ($direct) {
    $body = '{"data":[{"event_id":"' . $order['event_id'] . '"}]}';
    $context = ['http' => ['method' => 'POST', 'content' => $body, 'header' => 'Content-Type: application/json']];
    file_get_contents($options['api_base'], false, stream_context_create($context));
} else {
    $relay->capture($order);
}
echo json_encode(['id' => $order['event_id'], 'start' => $start, 'took' => hrtime(true) - $start]);
