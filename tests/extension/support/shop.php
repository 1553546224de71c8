<?php

/** What tests of a shop's server ask of it: captures, the status, and that nothing crashed. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- functions, and what they need

namespace Pinrelay\Tests;

require_once __DIR__ . '/WebServer.php';
require_once __DIR__ . '/Fpm.php';
require_once __DIR__ . '/HttpServer.php';
require_once __DIR__ . '/CliServer.php';
require_once __DIR__ . '/Apache.php';

/**
 * Captures in a request and returns the worker's pid.
 * @param array<string, mixed> $more for the script
 */
function captured(WebServer $server, array $options, string $eventId, array $more = []): int
{
    $input = $more + ['options' => $options, 'event' => event(['event_id' => $eventId])];
    $output = $server->request('capture.php', $input);
    $answer = json_decode($output, true);
    same($eventId, $answer['event_id'] ?? null, "what the request answered ($output)");
    return $answer['pid'];
}

/** `Relay::status()` in a request, and the worker's pid. */
function status(WebServer $server, array $options): array
{
    $output = $server->request('status.php', ['options' => $options]);
    return json_decode($output, true) ?? fail("no status: $output");
}

/** Makes requests until Pinterest has these events: whoever constructs a relay starts the sender where work waits. */
function delivered(WebServer $server, array $options, Pinterest $pinterest, array $ids): void
{
    eventually('all are delivered', function () use ($server, $options, $pinterest, $ids): bool {
        status($server, $options);
        return array_diff($ids, $pinterest->eventIds()) === [];
    });
}

/** No process of the server crashed: a segmentation fault or an abort would stand in its log. */
function healthy(WebServer $server): void
{
    foreach (['signal 11', 'signal 6', 'signal 7', 'Segmentation fault', 'core dump', 'panic at'] as $trouble) {
        truth(!str_contains($server->log(), $trouble), "no '$trouble' in {$server->log()}");
    }
}

/** A spool place that the workers own, whoever runs the tests. */
function shopOptions(string $base, array $changes = []): array
{
    $options = options($changes + ['api_base' => $base]);
    $place = dirname($options['spool_dir']);
    if (isRoot()) {
        chown($place, given('PINRELAY_USER'));
    }
    return $options;
}

/** A directory that the workers may write into. */
function shopFiles(): string
{
    $files = directory('files');
    chmod($files, 0777);
    return $files;
}

/**
 * Does something in a request whose process is in the middle of a call to Pinterest.
 * @param string $what one of those in tests/extension/web/sending.php
 */
function sending(WebServer $server, Pinterest $pinterest, array $options, string $what): mixed
{
    $report = $options['spool_dir'] . '-' . bin2hex(random_bytes(4)) . '.report';
    $event = event(['event_id' => 'in-flight']);
    $input = ['options' => $options, 'do' => $what, 'called' => $pinterest->called(), 'event' => $event];
    $output = $server->request('sending.php', $input + ['report' => $report]);
    $answer = eventually("a report $output", static fn(): string|false => @file_get_contents($report));
    return json_decode($answer, true)['result'] ?? fail("no result: $answer {$server->log()}");
}
