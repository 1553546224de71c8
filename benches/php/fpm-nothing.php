<?php

/** A request that captures nothing; with options, one that constructs a relay, as every request of a shop does. */

declare(strict_types=1);

$given = json_decode($_SERVER['INPUT'], true, 64, JSON_THROW_ON_ERROR);
if (isset($given['options'])) {
    $relay = new Pinrelay\Relay($given['options']);
}
echo getmypid();
