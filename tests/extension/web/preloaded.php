<?php

/** Captures by way of the class that was preloaded. */

declare(strict_types=1);

$input = require __DIR__ . '/input.php';
$id = (new PreloadedShop(new Pinrelay\Relay($input['options'])))->sell($input['event']);
echo json_encode(['event_id' => $id, 'pid' => getmypid()]);
