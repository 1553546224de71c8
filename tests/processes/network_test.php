<?php

/**
 * Which thread talks to Pinterest: never the one that serves a request.
 * @as caller
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';

/**
 * The threads of a process that opened a socket of the internet, or used one, while something was done.
 * @return list<int>
 */
function networkers(int $pid, callable $work): array
{
    $trace = directory('trace') . '/strace';
    $null = ['file', '/dev/null', 'r+'];
    $command = ['strace', '-f', '-e', 'trace=socket,connect,sendto,sendmsg', '-o', $trace, '-p', (string) $pid];
    $tracer = @proc_open($command, [$null, $null, $null], $pipes) ?: skip('there is no strace');
    $isTraced = static fn (): bool =>
        !str_contains((string) @file_get_contents("/proc/$pid/status"), "TracerPid:\t0\n");
    try {
        eventually('strace sees the process', static function () use ($tracer, $isTraced): bool {
            return $isTraced() || !proc_get_status($tracer)['running'];
        });
        if (!$isTraced()) {
            skip('processes may not be traced here');
        }
        $work();
    } finally {
        proc_terminate($tracer, SIGINT);
        proc_close($tracer);
    }
    preg_match_all('~^(\d+) +(?:socket\(AF_INET|connect\(.*AF_INET|send)~m', file_get_contents($trace), $calls);
    return array_values(array_unique(array_map(intval(...), $calls[1])));
}

test('no request opens a connection, whatever Pinterest does', function (): void {
    $pinterest = new Pinterest();
    $fpm = new Fpm(['pm.max_children' => '1']);
    $options = shopOptions($pinterest->base);
    $worker = captured($fpm, $options, 'before');
    $seen = networkers($worker, function () use ($fpm, $options, $pinterest, $worker): void {
        foreach (['ok', '503', 'hang'] as $mode) {
            $pinterest->behave(['mode' => $mode]);
            foreach (range(1, 5) as $n) {
                same($worker, captured($fpm, $options, "$mode-$n"), 'who serves');
                status($fpm, $options);
            }
            $pinterest->waitFor("$mode-1");
        }
    });
    truth($seen !== [], 'the sender was seen on the network');
    truth(!in_array($worker, $seen, true), 'the thread of the requests was not');
});
