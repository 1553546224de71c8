<?php

/**
 * Captures the given event. Its id is noted in a file of this worker's whose name begins with `acknowledge`, once the
 * capture has returned; then, if so told, the worker stays busy for `pause` microseconds, works for ever, or is killed
 * before it can do anything else.
 */

declare(strict_types=1);

$input = require __DIR__ . '/input.php';
try {
    $relay = new Pinrelay\Relay($input['options']);
    $id = $relay->capture($input['event'])->eventId;
    if (isset($input['acknowledge'])) {
        file_put_contents("{$input['acknowledge']}." . getmypid(), "$id\n", FILE_APPEND);
    }
    if ($input['withdraw'] ?? false) {
        $relay->withdraw([$id]);
    }
    echo json_encode(['event_id' => $id, 'pid' => getmypid()]);
} catch (Throwable $failure) {
    echo json_encode(['failure' => $failure::class . ': ' . $failure->getMessage()]);
}
usleep($input['pause'] ?? 0);
if ($input['forever'] ?? false) {
    ini_set('display_errors', '1');
    set_time_limit(1);
    for (;;) {
    }
}
if ($input['kill'] ?? false) {
    flush();
    exec('kill -9 ' . getmypid());
}
