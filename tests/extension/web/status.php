<?php

/** Constructs a relay, as every request of a shop does, and shows what it says. */

declare(strict_types=1);

$input = require __DIR__ . '/input.php';
$relay = new Pinrelay\Relay($input['options']);
echo json_encode($relay->status() + ['pid' => getmypid()]);
