<?php

/**
 * fork() in a process whose sender is in the middle of a call. Names that begin with a product's are bugs which that
 * product shipped.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Relay;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';
require __DIR__ . '/support/books.php';

/** A server, a Pinterest that never answers, and options for it. */
function inFlight(array $ini = [], string $mode = 'hang'): array
{
    $pinterest = new Pinterest();
    $pinterest->behave(['mode' => $mode]);
    return [new CliServer($ini), $pinterest, options(['api_base' => $pinterest->base])];
}

test('dd2572, dd3782: a fork does not wait for an upload in flight', function (): void {
    same(50, sending(...[...inFlight(), 'fork in a loop']));
});

test('dd1158, elastic1209: a forked child ends promptly and joins no thread of its parent\'s', function (): void {
    [$server, $pinterest, $options] = inFlight();
    same(true, sending($server, $pinterest, $options, 'fork and end'));
    same('pong', $server->request('ping.php'), 'the parent goes on');
    healthy($server);
});

test('elastic962: exec() and proc_open() come back under a running sender', function (): void {
    same([0], sending(...[...inFlight(), 'run programs']));
});

test('elastic, before the state is reset: a child captures though its parent\'s sender held locks', function (): void {
    [$server, $pinterest, $options] = inFlight(['pinrelay.log_level' => 'debug'], '503');
    same(array_fill(0, 20, true), sending($server, $pinterest, $options, 'fork and capture'));
    same(21, status($server, $options)['waiting']['revenue']);
    $pinterest->behave([]);
    delivered($server, $options, $pinterest, ['in-flight', ...array_map(static fn ($n) => "child-$n", range(0, 19))]);
    healthy($server);
});

test('a child that never calls us keeps neither the spool\'s files open nor the leader\'s lock', function (): void {
    [$server, $pinterest, $options] = inFlight();
    $found = sending($server, $pinterest, $options, 'fork and leave');
    afterwards(static fn () => exec("kill -9 {$found['child']}"));
    $ofSpool = static fn (string $path): bool => str_starts_with($path, "{$options['spool_dir']}/");
    truth(array_filter($found['parent'], $ofSpool) !== [], 'the parent has the spool open');
    same([], array_values(array_filter($found['holds'], $ofSpool)), 'what the child has open of the spool');

    $server->signal(SIGKILL);
    $server->ended();
    $pinterest->behave([]);
    same('self', (new Relay($options))->drain(20.0)['sender']);
    truth(file_exists("/proc/{$found['child']}"), 'the child is still there');
    same('in-flight', $pinterest->eventIds()[0]);
});

test('dd_fork_reseed: processes of one origin never make one id, nor write to one segment', function (): void {
    $options = options();
    $relay = new Relay($options);
    $relay->capture(['event_id' => null] + event());
    $noted = directory('ids') . '/ids';
    $children = [];
    for ($child = 0; $child < 8; $child++) {
        $pid = pcntl_fork();
        if ($pid === 0) {
            for ($number = 0; $number < 25; $number++) {
                $event = ['event_id' => null, 'event_name' => 'add_to_cart', 'order_id' => null] + event();
                $line = $relay->capture($event)->eventId . ' ' . getmypid() . "\n";
                file_put_contents("$noted." . getmypid(), $line, FILE_APPEND);
            }
            // One that has ended leaves its segment to whoever comes: a later process may go on with it.
            for ($looks = 0; count(noted($noted)) < 200 && $looks < 3000; $looks++) {
                usleep(10_000);
            }
            pcntl_exec('/bin/true');
        }
        $children[] = $pid;
    }
    array_walk($children, static fn (int $pid) => pcntl_waitpid($pid, $status));
    $ids = array_map(static fn (string $line): array => explode(' ', $line), noted($noted));
    same(200, count(array_unique(array_column($ids, 0))), 'different ids');
    $writer = array_column($ids, 1, 0);
    foreach (glob($relay->status()['spool']['dir'] . '/seg/v-*.seg') as $segment) {
        preg_match_all('~"id":"([^"]+)","name"~', file_get_contents($segment), $found);
        $writers = array_unique(array_map(static fn (string $id): string => $writer[$id], $found[1]));
        same(1, count($writers), 'processes that wrote into ' . basename($segment));
        contains("-$writers[0]-", $segment);
    }
});
