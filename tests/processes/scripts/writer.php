<?php

/**
 * Captures events of both lanes until the file STOP is there. Each id is noted outside the spool, in a file of this
 * process's own, once its capture has returned.
 *
 *   writer.php ACKNOWLEDGED STOP        options as JSON in OPTIONS, an event in EVENT
 */

declare(strict_types=1);

[, $acknowledged, $stop] = $argv;
$relay = new Pinrelay\Relay(json_decode(getenv('OPTIONS'), true));
$event = json_decode(getenv('EVENT'), true);
for ($number = 1; !file_exists($stop); $number++) {
    $refused = $number % 25 === 0 ? 'refuse-' : '';
    $lane = $number % 3 === 0 ? 'visit' : 'order';
    $event['event_id'] = "$refused$lane-" . bin2hex(random_bytes(8));
    $event['event_name'] = $lane === 'order' ? 'checkout' : 'add_to_cart';
    $relay->capture($event);
    file_put_contents("$acknowledged." . getmypid(), "{$event['event_id']}\n", FILE_APPEND);
    usleep(random_int(0, 4_000));
}
