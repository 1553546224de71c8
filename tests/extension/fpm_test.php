<?php

/**
 * Under PHP-FPM, as shops run: capture in a request, delivery by the background thread, and every way a worker ends.
 * @as caller
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/support/world.php';
require __DIR__ . '/support/shop.php';

test('an event captured in a request is delivered by the background thread', function (): void {
    $pinterest = new Pinterest();
    $fpm = new Fpm();
    $options = shopOptions($pinterest->base);
    captured($fpm, $options, 'in-a-request');
    $pinterest->waitFor('in-a-request');
    eventually('the spool is empty', fn (): bool => status($fpm, $options)['waiting']['revenue'] === 0);
    same(1, status($fpm, $options)['delivered']);
    same(['in-a-request'], $pinterest->eventIds());
    discreet(contents($options['spool_dir']));
    healthy($fpm);
});

test('dd1919, skywalking10240: a request does not wait for a Pinterest that does not answer', function (): void {
    $fpm = new Fpm(['pm.max_children' => '1']);
    $options = shopOptions(silentPinterest());
    // The one worker could not answer the later requests if an earlier one waited for the thirty seconds of a call.
    for ($order = 1; $order <= 20; $order++) {
        captured($fpm, $options, "order-$order");
    }
    same(20, status($fpm, $options)['waiting']['revenue']);
});

test('what a worker captured right before SIGKILL is delivered by the next one', function (): void {
    $pinterest = new Pinterest();
    $fpm = new Fpm(['pm.max_children' => '1']);
    $options = shopOptions($pinterest->base);
    $ids = [];
    for ($round = 1; $round <= 5; $round++) {
        captured($fpm, $options, $ids[] = "killed-$round", ['kill' => true]);
    }
    // A request that only constructs a relay starts the sender; the check runs at most once a second.
    eventually('all are delivered', function () use ($fpm, $options, $pinterest, $ids): bool {
        status($fpm, $options);
        return array_diff($ids, $pinterest->eventIds()) === [];
    });
    healthy($fpm);
});

test('php_admin_value of a pool reaches the extension: sender off spools and sends nothing', function (): void {
    $pinterest = new Pinterest();
    $options = shopOptions($pinterest->base);
    $off = new Fpm(['php_admin_value[pinrelay.sender]' => 'off']);
    captured($off, $options, 'spooled-only');
    // Long enough for a sender to have sent, had there been one; slowness can only hide a failure here.
    usleep(1_500_000);
    same([], $pinterest->eventIds());
    same(null, status($off, $options)['sender']);

    $auto = new Fpm();
    eventually('another pool delivers', function () use ($auto, $options, $pinterest): bool {
        status($auto, $options);
        return $pinterest->eventIds() === ['spooled-only'];
    });
});

test('phpinfo() shows the pool\'s setting, which a script cannot change', function (): void {
    $fpm = new Fpm(['php_admin_value[pinrelay.sender]' => 'off']);
    $output = $fpm->request('info.php');
    truth(str_starts_with($output, 'false'), 'ini_set is refused');
    truth(preg_match('~Sender *</td><td class="v">off *</td>~', $output) === 1, 'the sender is off');
});

test('workers that are recycled after each request lose nothing', function (): void {
    $pinterest = new Pinterest();
    $brief = new Fpm(['pm.max_requests' => '1']);
    $options = shopOptions($pinterest->base);
    $pids = [];
    for ($order = 1; $order <= 10; $order++) {
        $pids[] = captured($brief, $options, "recycled-$order");
    }
    truth(count(array_unique($pids)) > 5, 'the workers were recycled');
    // A worker that is told to leave makes one last call: here no other would ever make one.
    eventually('all are delivered', function () use ($brief, $options, $pinterest): bool {
        status($brief, $options);
        return count(array_unique($pinterest->eventIds())) === 10;
    });
    healthy($brief);
});

test('newrelic862: FPM ends though a call to Pinterest is in flight', function (): void {
    $fpm = new Fpm();
    $options = shopOptions(silentPinterest());
    captured($fpm, $options, 'in-flight');
    eventually('the sender is at work', fn (): bool => status($fpm, $options)['sender'] !== null);
    $fpm->signal(SIGQUIT);
    // A worker leaves within 200 ms; one that waited for its call would need that call's thirty seconds.
    $fpm->ended(9.0);
    truth(!str_contains($fpm->log(), 'SIGKILL'), "no worker had to be killed: {$fpm->log()}");
    healthy($fpm);
});

test('several workers at once share one sender and deliver each event once', function (): void {
    $pinterest = new Pinterest();
    $fpm = new Fpm(['pm.max_children' => '4']);
    $options = shopOptions($pinterest->base);
    $ids = [];
    for ($order = 1; $order <= 40; $order++) {
        captured($fpm, $options, $ids[] = "shared-$order");
    }
    eventually('all are delivered', function () use ($fpm, $options, $pinterest, $ids): bool {
        status($fpm, $options);
        return array_diff($ids, $pinterest->eventIds()) === [];
    });
    same(40, count($pinterest->eventIds()), 'events received');
    healthy($fpm);
});
