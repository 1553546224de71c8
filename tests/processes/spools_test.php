<?php

/** Many spools in one process, spools that are not ours, and a server that may not send. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';

test('one worker serves many shops: those whose Pinterest is dead hold up nobody', function (): void {
    $server = new CliServer(['pinrelay.connect_timeout' => '1', 'pinrelay.timeout' => '1']);
    $bases = [silentPinterest(), unroutablePinterest()];
    $dead = [];
    // As many as may be at work in one process, and more.
    for ($shop = 0; $shop < 10; $shop++) {
        $dead[] = $options = options(['api_base' => $bases[$shop % 2]]);
        captured($server, $options, "dead-$shop");
    }
    $pinterest = new Pinterest();
    $live = options(['api_base' => $pinterest->base]);
    captured($server, $live, 'live');
    // A seat comes free when a dead call has timed out, at the latest.
    delivered($server, $live, $pinterest, ['live']);
    foreach ($dead as $options) {
        same(1, status($server, $options)['waiting']['revenue'], 'what a dead shop has waiting');
    }
    healthy($server);
});

test('pinrelay.sender=off starts no thread in a lasting process, and drain() delivers', function (): void {
    $pinterest = new Pinterest();
    $options = options(['api_base' => $pinterest->base]);
    $server = new CliServer(['pinrelay.sender' => 'off']);
    $worker = captured($server, $options, 'spooled');
    same(null, status($server, $options)['sender']);
    same(1, count(glob("/proc/$worker/task/*")), 'threads');
    same(1, (new \Pinrelay\Relay($options))->drain(20.0)['delivered']);
});

test('a server refuses another site\'s spool and a copied one, and goes on with its own', function (): void {
    $pinterest = new Pinterest();
    $server = new CliServer();
    $own = options(['api_base' => $pinterest->base]);
    captured($server, $own, 'own-1');
    $pinterest->waitFor('own-1');
    $hash = static fn (string $site): string => substr(hash('sha256', $site), 0, 16);

    $renamed = options(['api_base' => $pinterest->base]);
    captured($server, $renamed, 'before');
    $pinterest->waitFor('before');
    $other = ['site' => 'https://other.example'] + $renamed;
    rename("{$renamed['spool_dir']}/{$hash($renamed['site'])}", "{$renamed['spool_dir']}/{$hash($other['site'])}");
    $copied = ['spool_dir' => directory('copy') . '/spool'] + $own;
    exec("cp -a {$own['spool_dir']} {$copied['spool_dir']}");
    foreach (['belongs to the site' => $other, 'is a copy of another spool' => $copied] as $words => $options) {
        $output = $server->request('capture.php', ['options' => $options, 'event' => event()]);
        contains($words, $output);
    }
    captured($server, $own, 'own-2');
    $pinterest->waitFor('own-2');
    healthy($server);
});
