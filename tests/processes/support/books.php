<?php

/** What a shop would find in its books after a trial: who was acknowledged, and what became of each. */

declare(strict_types=1);

namespace Pinrelay\Tests;

use Pinrelay\Relay;

/** A number of rounds: few for every change, many (PINRELAY_KILLS, PINRELAY_HAMMER_SECONDS) for a soak. */
function rounds(string $name, int $default): int
{
    return (int) (getenv($name) ?: $default);
}

/**
 * The lines that processes noted, each in a file of its own: one that is killed may leave half a line, which says
 * nothing.
 * @return list<string>
 */
function noted(string $file): array
{
    $lines = [];
    foreach (glob("$file.*") ?: [] as $notes) {
        array_push($lines, ...explode("\n", file_get_contents($notes), -1));
    }
    return $lines;
}

/**
 * The verdict on each order. It may be told twice, by a leader that was killed and by the next one, but never another.
 * @return array<string, string>
 */
function verdicts(Relay $relay): array
{
    $verdicts = $changed = [];
    $cursor = '';
    do {
        ['cursor' => $cursor, 'events' => $events] = $relay->settled($cursor, 1000);
        foreach ($events as ['event_id' => $id, 'verdict' => $verdict]) {
            if (($verdicts[$id] ??= $verdict) !== $verdict) {
                $changed[] = "$id: {$verdicts[$id]}, then $verdict";
            }
        }
    } while ($events !== []);
    same([], $changed, 'verdicts that were changed');
    return $verdicts;
}

/**
 * The events in the segments that no acknowledgement covers, as src/spool/mod.rs lays them out.
 * @return list<string>
 */
function inLine(Relay $relay): array
{
    $spool = $relay->status()['spool']['dir'];
    $ids = [];
    foreach (glob("$spool/seg/*.seg") ?: [] as $segment) {
        $done = (int) @file_get_contents("$spool/ack/" . basename($segment));
        foreach (explode("\n", substr((string) @file_get_contents($segment), $done), -1) as $line) {
            $ids[] = json_decode(explode(' ', $line, 3)[2], true)['id'];
        }
    }
    return array_values(array_unique($ids));
}

/** The process that leads the spool at a place, by the note in its lock file; null while nobody does. */
function leader(string $spool): ?int
{
    foreach (glob("$spool/*/*/leader.lock") ?: [] as $lock) {
        return json_decode((string) @file_get_contents($lock), true)['pid'] ?? null;
    }
    return null;
}

/** Delivers what is left. */
function settle(Relay $relay): void
{
    eventually('nothing waits', static fn (): bool => $relay->drain(5.0)['waiting'] === 0, 120.0);
}

/**
 * Every acknowledged order has a final verdict, every visit was sent, and what is said to be delivered was.
 * @param list<string> $acknowledged
 * @param array<string, string> $verdicts
 */
function accountFor(array $acknowledged, array $verdicts, Pinterest $pinterest): void
{
    $orders = preg_grep('/order-/', $acknowledged);
    same([], array_values(array_diff($orders, array_keys($verdicts))), 'acknowledged orders without a verdict');
    $visits = preg_grep('/^visit-/', $acknowledged);
    same([], array_values(array_diff($visits, $pinterest->eventIds())), 'acknowledged visits that Pinterest has not');
    $claimed = array_keys($verdicts, 'delivered', true);
    same([], array_values(array_diff($claimed, $pinterest->eventIds())), 'verdicts of delivery that Pinterest denies');
}
