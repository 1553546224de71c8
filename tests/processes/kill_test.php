<?php

/** SIGKILL at random moments, to writers and to whoever leads, while others go on capturing. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Relay;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';
require __DIR__ . '/support/books.php';
require __DIR__ . '/support/Evidence.php';
require __DIR__ . '/support/Swarm.php';
require __DIR__ . '/support/Clients.php';

/** Half of the rounds for each kind of process. */
function kills(): int
{
    return intdiv(rounds('PINRELAY_KILLS', 20), 2);
}

/** Fails unless every acknowledged capture came to an end, and no sale was sent twice without need. */
function judge(Relay $relay, string $acknowledged, Pinterest $pinterest, array $killed): void
{
    settle($relay);
    $ids = noted($acknowledged);
    truth(count($ids) > kills(), 'events were captured');
    accountFor($ids, verdicts($relay), $pinterest);
    $evidence = new Evidence($pinterest->calls());
    same([], $evidence->overlaps(), 'two leaders at once');
    $ended = static fn (?int $pid): bool => $pid === null || in_array($pid, $killed, true);
    $sales = array_filter($evidence->repeats($ended), static fn (string $id): bool => str_contains($id, 'order-'));
    same([], array_values($sales), 'sales sent twice though their sender lived on');
    $again = count($evidence->repeats(static fn (): bool => false));
    printf("         %d captured, %d killed, %d sent again\n", count($ids), count($killed), $again);
}

test('command lines killed while they capture or deliver lose nothing and send no sale twice', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [0, 20]]);
    $options = options(['api_base' => $pinterest->base]);
    $files = directory('kill');
    $swarm = new Swarm(['OPTIONS' => json_encode($options), 'EVENT' => json_encode(event())]);
    foreach (['writer-1', 'writer-2', 'writer-3'] as $name) {
        $swarm->start($name, 'writer.php', "$files/acknowledged", "$files/stop");
    }
    foreach (['drainer-1', 'drainer-2'] as $name) {
        $swarm->start($name, 'drainer.php', "$files/stop");
    }
    $killed = [];
    for ($round = 1; $round <= kills(); $round++) {
        usleep(random_int(50_000, 400_000));
        $killed[] = $swarm->killAndRestart('writer-' . random_int(1, 3));
        usleep(random_int(0, 50_000));
        $leader = eventually('somebody leads', static fn (): ?string =>
            $swarm->named(leader($options['spool_dir']) ?? 0));
        $killed[] = $swarm->killAndRestart($leader);
    }
    touch("$files/stop");
    $swarm->join();
    judge(new Relay($options), "$files/acknowledged", $pinterest, $killed);
});

test('FPM workers killed while they capture or deliver lose nothing and send no sale twice', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [0, 20]]);
    $fpm = new Fpm(['pm.max_children' => '6']);
    $options = shopOptions($pinterest->base);
    $files = directory('kill');
    $clients = new Clients(4, $fpm, $options, "$files/acknowledged");
    $killed = [];
    for ($round = 1; $round <= kills(); $round++) {
        usleep(random_int(50_000, 400_000));
        // The note of a killed leader stays until the next one writes its own.
        $leader = eventually('somebody leads', static fn (): ?int =>
            array_intersect([leader($options['spool_dir'])], $fpm->workers())[0] ?? null);
        $workers = $fpm->workers();
        foreach ([$workers[array_rand($workers)], $leader] as $victim) {
            exec("kill -9 $victim 2>&1");
            $killed[] = $victim;
            usleep(random_int(0, 50_000));
        }
    }
    $clients->stop();
    $fpm->signal(SIGQUIT);
    $fpm->ended(30.0);
    judge(new Relay($options), "$files/acknowledged", $pinterest, $killed);
});
