<?php

/**
 * 32 workers that live for 50 requests each, both lanes, every kind of end for an event, and a master that is reloaded
 * at random: the books add up, and there is never more than one leader.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Relay;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';
require __DIR__ . '/support/books.php';
require __DIR__ . '/support/Evidence.php';
require __DIR__ . '/support/Clients.php';

/**
 * What became of everything that was captured: verdict => how many, and `waiting`. Visits that were too old to be sent
 * are not among them: there is nothing but a count of those. An event that is settled may still
 * be in line where a worker left between the verdict and the note that the line is done with; it is not waiting then.
 */
function balance(Relay $relay, string $acknowledged, Pinterest $pinterest): array
{
    // Of a visit there is no verdict: it was sent, or it waits.
    $verdicts = verdicts($relay) + array_fill_keys(preg_grep('/^visit-/', $pinterest->eventIds()), 'delivered');
    $waiting = array_diff(preg_grep('/^stale-/', inLine($relay), PREG_GREP_INVERT), array_keys($verdicts));
    $captured = preg_grep('/^stale-/', array_unique(noted($acknowledged)), PREG_GREP_INVERT);
    $found = [...array_keys($verdicts), ...$waiting];
    same([], array_values(array_diff($captured, $found)), 'captured, and nowhere to be found');
    same([], array_values(array_diff($found, $captured)), 'found, and captured by nobody');
    $counted = array_count_values($verdicts) + ['waiting' => count($waiting)];
    same(count($captured), array_sum($counted), 'captured, against ' . json_encode($counted));
    return $counted;
}

test('under a hammer every captured event is accounted for once, and one leader leads at a time', function (): void {
    $pinterest = new Pinterest();
    $pinterest->behave(['delay' => [0, 20]]);
    $fpm = new Fpm(['pm.max_children' => '32', 'pm.max_requests' => '50']);
    $options = shopOptions($pinterest->base, ['late' => 'return']);
    $acknowledged = directory('hammer') . '/acknowledged';
    $clients = new Clients(32, $fpm, $options, $acknowledged, everyKind: true);
    $seconds = rounds('PINRELAY_HAMMER_SECONDS', 10);
    $end = microtime(true) + $seconds - 1;
    $reloads = 0;
    while (microtime(true) < $end) {
        usleep(random_int(500_000, 2_500_000));
        $fpm->signal(SIGUSR2);
        $reloads++;
    }
    // Pinterest is away: what is captured from here on waits, and the books stand still once the shoppers have gone.
    $pinterest->behave(['mode' => '503']);
    usleep(1_000_000);
    $clients->stop();
    $relay = new Relay($options);
    $calls = -1;
    eventually('the sender holds back', static function () use ($relay, $pinterest, &$calls): bool {
        [$before, $calls] = [$calls, count($pinterest->calls())];
        usleep(200_000);
        return $before === $calls && ($relay->status()['retry_at'] ?? 0) > time();
    });
    $evidence = new Evidence($pinterest->calls());
    same([], $evidence->overlaps(), 'two leaders at once');
    $counted = balance($relay, $acknowledged, $pinterest);
    truth($counted['waiting'] > 0, 'something waits: ' . json_encode($counted));
    foreach (['delivered', 'rejected', 'late', 'withdrawn'] as $verdict) {
        truth(($counted[$verdict] ?? 0) > 0, "something is $verdict: " . json_encode($counted));
    }

    $pinterest->behave([]);
    eventually('nothing waits', fn (): bool => array_sum(status($fpm, $options)['waiting']) === 0, 120.0);
    eventually('the last note is written', fn (): bool => inLine($relay) === []);
    $counted = balance($relay, $acknowledged, $pinterest);
    same(0, $counted['waiting']);
    truth($relay->status()['lost']['stale'] > 0, 'visits that were too old are counted');
    same([], array_values(preg_grep('/^stale-/', $pinterest->eventIds())), 'visits that were too old, and sent');
    accountFor(noted($acknowledged), verdicts($relay), $pinterest);
    $evidence = new Evidence($pinterest->calls());
    $gone = static fn (?int $pid): bool => $pid === null || !in_array($pid, $fpm->workers(), true);
    $sales = array_filter($evidence->repeats($gone), static fn (string $id): bool => str_contains($id, 'order-'));
    same([], array_values($sales), 'sales sent twice though their sender lived on');
    healthy($fpm);
    truth(!str_contains($fpm->log(), 'signal 9'), "no worker had to be killed: {$fpm->log()}");
    printf("         %s, %d reloads, %d calls\n", json_encode($counted), $reloads, count($pinterest->calls()));
});
