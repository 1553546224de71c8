<?php

/** Command lines and cron jobs: they spool, never wait for Pinterest, and however they end the event is on disk. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Relay;

require __DIR__ . '/../extension/support/world.php';

/** Where no answer ever comes from. */
function deadEnds(): array
{
    return ['accepts and is silent' => silentPinterest(), 'takes no connection' => unroutablePinterest()];
}

/** Captures in a command line that then runs $last: [exit code, output]. A hang would be ended by the guard, with 124. */
function commandLine(array $options, string $last): array
{
    $code = '$relay = new Pinrelay\Relay(json_decode(getenv("OPTIONS"), true));'
        . 'echo $relay->capture(json_decode(getenv("EVENT"), true))->eventId;'
        . 'echo count(glob("/proc/self/task/*"));' . $last;
    $environment = ['OPTIONS' => json_encode($options), 'EVENT' => json_encode(event(['event_id' => 'cron']))];
    return php(['-r', $code], $environment, ['timeout', '-k', '1', '30']);
}

test('dd_cli_default: a command line starts no thread, and ends at once however it ends', function (): void {
    $ends = [
        'the end' => ['', 0],
        'exit()' => ['exit(7);', 7],
        'a fatal error' => ['no_such_function();', 255],
        'an exception' => ['throw new Exception("on purpose");', 255],
        'out of memory' => ['ini_set("memory_limit", "8M"); str_repeat("x", 1 << 30);', 255],
    ];
    foreach (deadEnds() as $what => $base) {
        foreach ($ends as $how => [$last, $code]) {
            $options = options(['api_base' => $base]);
            [$status, $output] = commandLine($options, $last);
            same($code, $status, "the exit code of $how when Pinterest $what: $output");
            contains('cron1', $output);
            same(1, (new Relay($options))->status()['waiting']['revenue'], "waiting after $how");
        }
    }
});

test('dd_sigterm: what a command line captured before TERM, INT or KILL, the next one delivers', function (): void {
    foreach (['TERM', 'INT', 'KILL'] as $signal) {
        $pinterest = new Pinterest();
        $options = options(['api_base' => $pinterest->base]);
        commandLine($options, "exec('kill -$signal ' . getmypid()); sleep(20);");
        same(1, (new Relay($options))->drain(20.0)['delivered'], "delivered after SIG$signal");
        same(['cron'], $pinterest->eventIds());
    }
});

test('dd2629: drain() with no way to Pinterest comes back in time and keeps the event', function (): void {
    foreach (deadEnds() as $what => $base) {
        $options = options(['api_base' => $base]);
        [$status, $output] = commandLine($options, 'echo json_encode($relay->drain(1.0));');
        same(0, $status, $output);
        contains('{"sender":"self","delivered":0,"rejected":0,"waiting":1}', $output);
    }
});

test('dd1919, skywalking10240: a thousand captures go through while Pinterest is silent', function (): void {
    $options = options(['api_base' => silentPinterest()]);
    [$status, $output] = commandLine($options, 'for ($n = 2; $n <= 1000; $n++) {'
        . ' $relay->capture(["event_id" => "cron-$n"] + json_decode(getenv("EVENT"), true)); }');
    same([0, 'cron1'], [$status, $output]);
    same(1000, (new Relay($options))->status()['waiting']['revenue']);
});
