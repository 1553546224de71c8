<?php

/**
 * Apache with mod_php: the parent loads the library again at every graceful restart, in one process, and TERM ends a
 * child in the middle of whatever it does.
 * @as caller
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';
require __DIR__ . '/support/books.php';
require __DIR__ . '/support/Clients.php';

/** The names of the threads of a process. */
function threadsOf(int $pid): array
{
    $name = static fn (string $file): string => trim((string) @file_get_contents($file));
    return array_map($name, glob("/proc/$pid/task/*/comm"));
}

test('a child of Apache has a sender while work waits and a little longer, its parent never', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [500, 500]]);
    $apache = new Apache();
    $options = shopOptions($pinterest->base);
    $child = captured($apache, $options, 'one');
    eventually('a sender', static fn (): bool => in_array('pinrelay', threadsOf($child), true));
    same(1, count(threadsOf($apache->pid())), 'threads of the parent');
    $pinterest->waitFor('one');
    eventually('the sender went', static fn (): bool => !in_array('pinrelay', threadsOf($child), true));
    same(1, status($apache, $options)['delivered']);
    healthy($apache);
});

test('extphprs778: three graceful restarts under load crash nobody and lose nothing', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [0, 20]]);
    $apache = new Apache();
    $options = shopOptions($pinterest->base);
    $files = shopFiles();
    $clients = new Clients(4, $apache, $options, "$files/acknowledged");
    $parent = $apache->pid();
    for ($restart = 1; $restart <= 3; $restart++) {
        usleep(500_000);
        $apache->signal(SIGUSR1);
        eventually('the restart is logged', static fn (): bool =>
            substr_count($apache->log(), 'resuming normal operations') > $restart);
    }
    usleep(500_000);
    $clients->stop();
    truth($apache->isRunning(), "the parent lives: {$apache->log()}");
    same($parent, $apache->pid());
    truth(count($ids = noted("$files/acknowledged")) > 50, 'events were captured');
    delivered($apache, $options, $pinterest, $ids);
    eventually('nothing waits', static fn (): bool => array_sum(status($apache, $options)['waiting']) === 0);
    healthy($apache);
});

test('php17348: TERM in the middle of captures and calls crashes nobody and loses nothing', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [0, 20]]);
    $options = shopOptions($pinterest->base);
    $files = shopFiles();
    for ($round = 1; $round <= 3; $round++) {
        $apache = new Apache();
        $clients = new Clients(4, $apache, $options, "$files/acknowledged");
        usleep(random_int(300_000, 700_000));
        $apache->signal(SIGTERM);
        $apache->ended();
        $clients->stop();
        healthy($apache);
    }
    $apache = new Apache();
    truth(count($ids = noted("$files/acknowledged")) > 30, 'events were captured');
    delivered($apache, $options, $pinterest, $ids);
});

test('dd2629: Apache ends though Pinterest does not even take a connection', function (): void {
    foreach ([silentPinterest(), unroutablePinterest()] as $base) {
        $apache = new Apache();
        $options = shopOptions($base);
        captured($apache, $options, 'stuck');
        eventually('the sender is at work', fn (): bool => status($apache, $options)['sender'] !== null);
        $apache->signal(SIGTERM);
        $apache->ended();
        truth(!str_contains($apache->log(), 'SIGKILL'), "no child had to be killed: {$apache->log()}");
        healthy($apache);
    }
});
