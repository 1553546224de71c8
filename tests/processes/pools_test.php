<?php

/**
 * Every kind of FPM pool, and every way in which its processes come and go.
 * @as caller
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';
require __DIR__ . '/support/books.php';
require __DIR__ . '/support/Clients.php';

/** An order whose delivery fails, in a pool that then has no process left. */
function leftBehind(Pinterest $pinterest): array
{
    $pinterest->behave(['mode' => 'hang']);
    $fpm = new Fpm(['pm' => 'ondemand', 'pm.process_idle_timeout' => '1s', 'pm.max_children' => '4']);
    $options = shopOptions($pinterest->base);
    captured($fpm, $options, 'left-behind');
    eventually('Pinterest is called', static fn (): bool => file_exists($pinterest->called()));
    eventually('the last worker goes', static fn (): bool => $fpm->workers() === []);
    truth(!str_contains($fpm->log(), 'signal 9'), "no worker had to be killed: {$fpm->log()}");
    healthy($fpm);
    $pinterest->behave([]);
    return [$fpm, $options];
}

/** Runs a drain as a user would from cron: what it says. */
function drained(array $options, bool $asShop): string
{
    $code = '$relay = new Pinrelay\Relay(json_decode(getenv("OPTIONS"), true));'
        . 'try { echo json_encode($relay->drain(20.0)); } catch (Exception $e) { echo $e->getMessage(); }';
    $as = $asShop && isRoot()
        ? ['setpriv', '--reuid=' . given('PINRELAY_USER'), '--regid=' . given('PINRELAY_USER'), '--init-groups']
        : [];
    return php(['-r', $code], ['OPTIONS' => json_encode($options)], $as)[1];
}

test('with no process left an order waits, and the next request of anybody delivers it', function (): void {
    $pinterest = new Pinterest();
    [$fpm, $options] = leftBehind($pinterest);
    // The call that was cut off has no answer, so the order is sent again.
    $before = count($pinterest->eventIds());
    eventually('it is delivered', function () use ($fpm, $options, $pinterest, $before): bool {
        status($fpm, $options);
        return count($pinterest->eventIds()) > $before;
    });
    eventually('nothing waits', static fn (): bool => status($fpm, $options)['waiting']['revenue'] === 0);
    same(1, status($fpm, $options)['delivered']);
});

test('with no process left drain() from cron delivers; as another user it is told whose it is', function (): void {
    $pinterest = new Pinterest();
    [, $options] = leftBehind($pinterest);
    if (isRoot()) {
        $owner = fileowner($options['spool_dir']);
        $refusal = "belongs to user $owner, and this process runs as user 0: run it as that user";
        contains($refusal, drained($options, asShop: false));
    }
    contains('"sender":"self","delivered":1,"rejected":0,"waiting":0', drained($options, asShop: true));
});

test('skywalking42: dynamic workers go within FPM\'s second though their calls hang', function (): void {
    $fpm = new Fpm([
        'pm' => 'dynamic', 'pm.max_children' => '4', 'pm.start_servers' => '1',
        'pm.min_spare_servers' => '1', 'pm.max_spare_servers' => '1',
    ]);
    // So many shoppers at once that each has a worker, and each worker a sender with a call that leads nowhere.
    $bases = [silentPinterest(), unroutablePinterest()];
    $shoppers = [];
    for ($number = 0; $number < 4; $number++) {
        $options = shopOptions($bases[$number % 2]);
        $pid = pcntl_fork();
        if ($pid === 0) {
            captured($fpm, $options, "stuck-$number", ['pause' => 3_000_000]);
            pcntl_exec('/bin/true');
        }
        $shoppers[] = $pid;
    }
    eventually('there are four workers', static fn (): bool => count($fpm->workers()) === 4);
    foreach ($shoppers as $pid) {
        pcntl_waitpid($pid, $status);
        same(0, pcntl_wexitstatus($status), 'the exit code of a shopper');
    }
    eventually('all but one are sent away', static fn (): bool => count($fpm->workers()) === 1);
    truth(!str_contains($fpm->log(), 'signal 9'), "no worker had to be killed: {$fpm->log()}");
    $pinterest = new Pinterest();
    captured($fpm, $options = shopOptions($pinterest->base), 'afterwards');
    delivered($fpm, $options, $pinterest, ['afterwards']);
    healthy($fpm);
});

test('however FPM is stopped or reloaded, with time for its workers or without, nothing is lost', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [0, 20]]);
    $options = shopOptions($pinterest->base);
    $files = shopFiles();
    foreach ([[SIGTERM, '10s'], [SIGQUIT, '0'], [SIGQUIT, '10s'], [SIGUSR2, '0']] as [$signal, $timeout]) {
        $fpm = new Fpm(['pm.max_children' => '4'], ['process_control_timeout' => $timeout]);
        $clients = new Clients(4, $fpm, $options, "$files/acknowledged");
        usleep(random_int(300_000, 600_000));
        $fpm->signal($signal);
        if ($signal !== SIGUSR2) {
            $fpm->ended(60.0);
        }
        $clients->stop();
        healthy($fpm);
    }
    truth(count($ids = noted("$files/acknowledged")) > 50, 'events were captured');
    delivered($fpm, $options, $pinterest, $ids);
    eventually('nothing waits', static fn (): bool => array_sum(status($fpm, $options)['waiting']) === 0);
});

test('a launcher that leaves (-D) takes nothing from the daemon it leaves behind', function (): void {
    $pinterest = new Pinterest();
    $fpm = new Fpm(daemon: true);
    $options = shopOptions($pinterest->base);
    captured($fpm, $options, 'of-the-daemon');
    $pinterest->waitFor('of-the-daemon');
    healthy($fpm);
});

test('dd1000: a request that PHP ends for its run time (SIGPROF) leaves the sender at work', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [2_500, 2_500]]);
    $fpm = new Fpm(['pm.max_children' => '1']);
    $options = shopOptions($pinterest->base);
    $input = ['options' => $options, 'event' => event(['event_id' => 'runs-long']), 'forever' => true];
    contains('Maximum execution time', $fpm->request('capture.php', $input));
    eventually('the call is answered', static fn (): bool => $pinterest->calls()[0]['answered'] ?? false);
    eventually('it is settled', static fn (): bool => status($fpm, $options)['delivered'] === 1);
    same(1, count($pinterest->calls()), 'calls');
    healthy($fpm);
});
