<?php

/** What Pinterest's own record of its calls says about who sent, and what was sent twice. Pure. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Evidence
{
    /** @param list<array<string, mixed>> $calls as Pinterest::calls() gives them */
    public function __construct(private readonly array $calls)
    {
    }

    /**
     * Pairs of calls that were in flight at the same time on two connections. A sender makes one call after the other,
     * so each such pair is the work of two leaders. A caller that had gone before Pinterest came to look at its call
     * had no call in flight any more.
     * @return list<string>
     */
    public function overlaps(): array
    {
        $calls = array_filter($this->calls, static fn (array $call): bool => $call['pid'] !== null);
        usort($calls, static fn (array $a, array $b): int => $a['began'] <=> $b['began']);
        $pairs = [];
        $last = null;
        foreach ($calls as $call) {
            if ($last !== null && $call['began'] < $last['ended'] && $call['connection'] !== $last['connection']) {
                $pairs[] = "process {$last['pid']} and process {$call['pid']}";
            }
            if ($last === null || $call['ended'] > $last['ended']) {
                $last = $call;
            }
        }
        return $pairs;
    }

    /**
     * Ids that Pinterest took more than once although the sender knew, or could have known, that it had them. One whose
     * sender was killed between Pinterest's receipt and the verdict is sent again rightly: then its call was the last
     * one that process ever made.
     * @param callable(?int): bool $ended whether a process was killed, or ended with its call in flight
     * @return list<string>
     */
    public function repeats(callable $ended): array
    {
        $last = [];
        foreach ($this->calls as $number => $call) {
            $last[$call['pid'] ?? "connection {$call['connection']}"] = $number;
        }
        $excused = static fn (int $number, array $call): bool =>
            in_array($number, $last, true) && $ended($call['pid']);
        $known = $repeats = [];
        foreach ($this->calls as $number => $call) {
            if ($call['mode'] !== 'ok') {
                continue;
            }
            foreach ($call['ids'] as $id) {
                if (isset($known[$id])) {
                    $repeats[] = $id;
                }
            }
            if (!$excused($number, $call)) {
                $known += array_flip($call['ids']);
            }
        }
        return $repeats;
    }
}
