<?php

/**
 * Delivers, as a cron job would, until the file STOP is there.
 *
 *   drainer.php STOP        options as JSON in OPTIONS
 */

declare(strict_types=1);

[, $stop] = $argv;
$relay = new Pinrelay\Relay(json_decode(getenv('OPTIONS'), true));
while (!file_exists($stop)) {
    $relay->drain(2.0);
    usleep(5_000);
}
