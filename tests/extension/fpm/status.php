<?php

/** Constructs a relay, as every request of a shop does, and shows what it says. */

declare(strict_types=1);

$input = json_decode($_SERVER['INPUT'], true, 64, JSON_THROW_ON_ERROR);
$relay = new Pinrelay\Relay($input['options']);
echo json_encode($relay->status() + ['pid' => getmypid()]);
