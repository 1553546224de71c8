<?php

/** Captures the given event; then, if so told, is killed before it can do anything else. */

declare(strict_types=1);

$input = json_decode($_SERVER['INPUT'], true, 64, JSON_THROW_ON_ERROR);
try {
    $relay = new Pinrelay\Relay($input['options']);
    echo json_encode(['event_id' => $relay->capture($input['event'])->eventId, 'pid' => getmypid()]);
} catch (Throwable $failure) {
    echo json_encode(['failure' => $failure::class . ': ' . $failure->getMessage()]);
}
if ($input['kill'] ?? false) {
    flush();
    exec('kill -9 ' . getmypid());
}
