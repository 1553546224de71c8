<?php

/**
 * Captures an event, waits until this process's sender has called Pinterest with it (then the file `called` is there),
 * and does what the test is about, in the same request: `do` names the function below. What it returns is written as
 * JSON to the file `report`: the connection is a child's as well, and ends with the first of them that closes it.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

use Pinrelay\Relay;

/** Ends a child at once, without what PHP does at the end of a request: the request is its parent's. */
function vanish(): never
{
    pcntl_exec('/bin/true');
}

/** Waits for a child; whether it ended by itself and well. */
function awaited(int $child): bool
{
    pcntl_waitpid($child, $status);
    return pcntl_wifexited($status) && pcntl_wexitstatus($status) === 0;
}

/** What a process holds open. */
function descriptors(int|string $pid): array
{
    $links = array_map(static fn (string $fd): string => (string) @readlink($fd), glob("/proc/$pid/fd/*") ?: []);
    return array_values(array_filter($links));
}

/** A line of /proc/PID/task/TID/status for PHP's thread and for those that have a name of their own. */
function threads(string $line): array
{
    $values = [];
    foreach (glob('/proc/self/task/*') as $task) {
        preg_match("~^$line:\\s*(\\S+)~m", file_get_contents("$task/status"), $found);
        $name = basename($task) === (string) getmypid() ? 'php' : trim(file_get_contents("$task/comm"));
        $values[$name] = $found[1];
    }
    return $values;
}

$work = [
    'nothing' => static fn (): bool => true,
    'threads' => static fn (): array => ['SigBlk' => threads('SigBlk'), 'SigCgt' => threads('SigCgt')],
    // Children that never call us, one after the other.
    'fork in a loop' => static function (): int {
        $well = 0;
        for ($round = 0; $round < 50; $round++) {
            $child = pcntl_fork();
            $child === 0 && vanish();
            $well += (int) awaited($child);
        }
        return $well;
    },
    // Children that capture, while the sender writes to the log.
    'fork and capture' => static function (Relay $relay, array $input): array {
        $children = [];
        for ($number = 0; $number < 20; $number++) {
            $child = pcntl_fork();
            if ($child === 0) {
                $relay->capture(['event_id' => "child-$number"] + $input['event']);
                vanish();
            }
            $children[] = $child;
        }
        return array_map(awaited(...), $children);
    },
    // A child that never calls us and stays.
    'fork and leave' => static function (Relay $relay, array $input): array {
        $child = pcntl_fork();
        while ($child === 0) {
            touch("{$input['report']}.child");
            sleep(1);
        }
        while (!file_exists("{$input['report']}.child")) {
            usleep(1_000);
        }
        return ['child' => $child, 'parent' => descriptors('self'), 'holds' => descriptors($child)];
    },
    // A child that goes on as a server does, and ends as one.
    'fork and end' => static function (): bool {
        $child = pcntl_fork();
        if ($child === 0) {
            return true;
        }
        while (pcntl_waitpid($child, $status, WNOHANG) === 0) {
            exec("kill -INT $child");
            usleep(10_000);
        }
        return pcntl_wifexited($status);
    },
    'run programs' => static function (): array {
        $codes = [];
        for ($round = 0; $round < 25; $round++) {
            exec('true', result_code: $codes[]);
            $codes[] = proc_close(proc_open(['true'], [], $pipes));
        }
        return array_unique($codes);
    },
    // Signals sent to the process as a whole: any thread that does not block them may get them.
    'take signals' => static function (): int {
        $taken = 0;
        pcntl_async_signals(true);
        foreach ([SIGALRM, SIGQUIT, SIGPROF, SIGUSR1] as $signal) {
            pcntl_signal($signal, static function () use (&$taken): void {
                $taken++;
            });
        }
        for ($round = 0; $round < 25; $round++) {
            foreach (['ALRM', 'QUIT', 'PROF', 'USR1'] as $signal) {
                $before = $taken;
                exec("kill -$signal " . getmypid());
                while ($taken === $before) {
                    usleep(100);
                }
            }
        }
        return $taken;
    },
];

$input = require __DIR__ . '/input.php';
$first = getmypid();
try {
    $relay = new Relay($input['options']);
    $relay->capture($input['event']);
    while (!file_exists($input['called'])) {
        clearstatcache();
        usleep(1_000);
    }
    $result = ['pid' => getmypid(), 'result' => $work[$input['do']]($relay, $input)];
} catch (Throwable $failure) {
    $result = ['failure' => (string) $failure];
}
if (getmypid() === $first) {
    file_put_contents("{$input['report']}.new", json_encode($result));
    rename("{$input['report']}.new", $input['report']);
}
