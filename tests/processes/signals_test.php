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

/** What the threads of a process block, by their number. */
function blocked(int $pid): array
{
    $masks = [];
    foreach (glob("/proc/$pid/task/*/status") as $status) {
        preg_match('~^SigBlk:\s*(\S+)~m', (string) @file_get_contents($status), $found);
        $masks[(int) basename(dirname($status))] = signals($found[1] ?? '0');
    }
    return $masks;
}

test('what sendTest() and drain() start takes no signal either, and PHP\'s thread still does', function (): void {
    $calls = ['sendTest' => '$relay->sendTest(%s);', 'drain' => '$relay->capture(%s); $relay->drain(20.0);'];
    foreach ($calls as $what => $call) {
        $options = options(['api_base' => silentPinterest()]);
        $code = '$relay = new Pinrelay\Relay(json_decode(getenv("OPTIONS"), true));'
            . sprintf($call, 'json_decode(getenv("EVENT"), true)');
        $environment = ['OPTIONS' => json_encode($options), 'EVENT' => json_encode(event())];
        $command = [PHP_BINARY, '-n', '-d', 'extension=' . given('PINRELAY_SO'), '-r', $code];
        $process = proc_open($command, [], $pipes, null, $environment);
        ['pid' => $pid] = proc_get_status($process);
        $masks = eventually("a thread of $what", static function () use ($pid): ?array {
            $masks = blocked($pid);
            return count($masks) > 1 ? $masks : null;
        });
        same([], $masks[$pid], "blocked in PHP's own thread during $what");
        unset($masks[$pid]);
        foreach ($masks as $mask) {
            same([], array_values(array_diff([SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGALRM, SIGPROF], $mask)), $what);
        }
        proc_terminate($process, SIGTERM);
        $ended = eventually("the end of $what", static function () use ($process): ?array {
            $status = proc_get_status($process);
            return $status['running'] ? null : $status;
        });
        same(SIGTERM, $ended['termsig'], "the signal that ended $what");
    }
});
