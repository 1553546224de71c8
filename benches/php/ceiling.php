<?php

/**
 * What the peer could take at most from one connection: the bodies that a sender would make of a spool's records, made
 * beforehand, and posted one after the other. Input: spool (a directory of segments), base, calls.
 */

declare(strict_types=1);

['spool' => $spool, 'base' => $base, 'calls' => $calls] =
    json_decode($_SERVER['argv'][1], true, 64, JSON_THROW_ON_ERROR);

$events = [];
$size = 0;
foreach (glob("$spool/*/*/seg/*.seg") as $segment) {
    foreach (file($segment, FILE_IGNORE_NEW_LINES) as $line) {
        $event = strstr($line, '{"event_name"');
        if ($size + strlen($event) > 1_000_000 || count($events) === 1000) {
            break 2;
        }
        $events[] = substr($event, 0, -1);
        $size += strlen($event);
    }
}
$body = '{"data":[' . implode(',', $events) . ']}';
$host = substr($base, strlen('http://'));
$post = "POST / HTTP/1.1\r\nHost: $host\r\nContent-Length: " . strlen($body) . "\r\n\r\n";
$connection = stream_socket_client("tcp://$host");
$start = hrtime(true);
for ($call = 0; $call < $calls; $call++) {
    for ($rest = $post . $body; $rest !== ''; $rest = substr($rest, fwrite($connection, $rest))) {
    }
    $length = 0;
    while (($line = fgets($connection)) !== "\r\n") {
        if (stripos($line, 'content-length:') === 0) {
            $length = (int) substr($line, 15);
        }
    }
    stream_get_contents($connection, $length);
}
echo json_encode(['ns' => hrtime(true) - $start, 'events' => $calls * count($events)]), "\n";
