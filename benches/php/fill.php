<?php

/** Captures as many events as it is told, every other one an order. Input: options, count. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Bench;

require __DIR__ . '/checkout.php';

['options' => $options, 'count' => $count] = given();
$relay = new \Pinrelay\Relay($options);
for ($n = 0; $n < $count; $n += 2) {
    $relay->capture(checkout($n));
    $relay->capture(visit($n));
}
