<?php

/** Signals are PHP's: the sender's thread takes none, and the library installs no handler. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';

/** @return list<int> the signals in a mask as /proc shows it */
function signals(string $mask): array
{
    $bits = (int) hexdec(substr($mask, -8));
    return array_values(array_filter(range(1, 31), static fn (int $signal): bool => ($bits >> $signal - 1 & 1) === 1));
}

/** The named line of /proc/PID/status, of a command line that does nothing. */
function ofCommandLine(string $line, string ...$arguments): string
{
    $read = "preg_match('~^$line:\\s*(\\S+)~m', file_get_contents('/proc/self/status'), \$m); echo \$m[1];";
    $command = [PHP_BINARY, '-n', ...$arguments, '-r', $read];
    return (string) shell_exec(implode(' ', array_map('escapeshellarg', $command)));
}

test('dd1000, newrelic862: the sender blocks every signal but those of a fault', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['mode' => 'hang']);
    $options = options(['api_base' => $pinterest->base]);
    $masks = sending(new CliServer(), $pinterest, $options, 'threads')['SigBlk'];
    $faults = [SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGKILL, SIGSTOP];
    same(array_values(array_diff(range(1, 31), $faults)), signals($masks['pinrelay']), 'blocked in the sender');
    same([], signals($masks['php']), 'blocked in PHP\'s own thread');
});

test('signals sent to the process run PHP\'s handlers, on PHP\'s thread, and the sender goes on', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [500, 500]]);
    $server = new CliServer();
    same(100, sending($server, $pinterest, options(['api_base' => $pinterest->base]), 'take signals'));
    eventually('the call is answered', fn (): bool => ($pinterest->calls()[0]['answered'] ?? false));
    healthy($server);
});

test('dd3662, dd4163: the library installs no signal handler', function (): void {
    $without = ofCommandLine('SigCgt');
    same($without, ofCommandLine('SigCgt', '-d', 'extension=' . given('PINRELAY_SO')), 'handlers of a command line');
    $pinterest = new Pinterest();
    $pinterest->behave(['mode' => 'hang']);
    $options = options(['api_base' => $pinterest->base]);
    $with = sending(new CliServer(), $pinterest, $options, 'threads')['SigCgt'];
    // A command line and PHP's own server treat SIGINT in different ways.
    $but = static fn (string $mask): array => array_values(array_diff(signals($mask), [SIGINT]));
    same($but($without), $but($with['php']), 'handlers with a sender');
});
