<?php

/** What Pinterest's own record of its calls says about who sent, and what was sent twice. Pure. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Evidence
{
    /** `pinrelay.concurrency`. */
    private const IN_FLIGHT = 4;

    /** @param list<array<string, mixed>> $calls as Pinterest::calls() gives them */
    public function __construct(private readonly array $calls)
    {
    }

    /**
     * Pairs of processes that both waited for an answer at one moment. One process leads a spool, with several calls in
     * flight; so each such pair is the work of two leaders.
     * @return list<string>
     */
    public function overlaps(): array
    {
        $pairs = [];
        foreach ($this->calls as $call) {
            foreach ($call['beside'] as $other) {
                if ($other === null || $call['pid'] === null || $other === $call['pid']) {
                    continue;
                }
                $pairs[] = "process $other and process {$call['pid']}";
            }
        }
        return $pairs;
    }

    /**
     * Ids that Pinterest took more than once although the sender knew, or could have known, that it had them; each with
     * the two calls. One whose sender was killed between Pinterest's receipt and the verdict is sent again rightly:
     * then it was among the calls that its process had in flight at the end. Those are its newest ones, since a leader
     * settles an answer before it makes another call in its place, and any that had no answer when it made its last.
     * @param callable(?int): bool $ended whether a process was killed, or ended with its call in flight
     * @return list<string>
     */
    public function repeats(callable $ended): array
    {
        $began = [];
        foreach ($this->calls as $call) {
            $began[self::process($call)][] = $call['began'];
        }
        $began = array_map(static function (array $times): array {
            rsort($times);
            return $times;
        }, $began);
        $excused = static function (array $call) use ($began, $ended): bool {
            $its = $began[self::process($call)];
            $inFlight = $call['began'] >= ($its[self::IN_FLIGHT - 1] ?? 0.0) || $call['ended'] >= $its[0];
            return $inFlight && $ended($call['pid']);
        };
        $known = $repeats = [];
        $calls = array_filter($this->calls, static fn (array $call): bool => $call['mode'] === 'ok' && !$call['test']);
        usort($calls, static fn (array $a, array $b): int => $a['began'] <=> $b['began']);
        foreach ($calls as $call) {
            foreach ($call['ids'] as $id) {
                if (isset($known[$id])) {
                    $repeats[] = "$id: " . self::describe($known[$id]) . ', then ' . self::describe($call);
                }
            }
            if (!$excused($call)) {
                $known += array_fill_keys($call['ids'], $call);
            }
        }
        return $repeats;
    }

    private static function process(array $call): string
    {
        return $call['pid'] === null ? "connection {$call['connection']}" : "process {$call['pid']}";
    }

    private static function describe(array $call): string
    {
        $answered = $call['answered'] ? 'answered' : 'cut off';
        return sprintf('%s, %s, at %.0f ms', self::process($call), $answered, $call['began']);
    }
}
