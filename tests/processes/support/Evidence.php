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
     * Pairs of processes that both waited for an answer at one moment. A sender makes one call after the other, so each
     * such pair is the work of two leaders.
     * @return list<string>
     */
    public function overlaps(): array
    {
        $pairs = [];
        foreach ($this->calls as $call) {
            foreach ($call['beside'] as $other) {
                $pairs[] = "process $other and process {$call['pid']}";
            }
        }
        return $pairs;
    }

    /**
     * Ids that Pinterest took more than once although the sender knew, or could have known, that it had them; each with
     * the two calls. One whose sender was killed between Pinterest's receipt and the verdict is sent again rightly:
     * then its call was the last one that process ever made. Nobody says which of the two Pinterest is done with first.
     * @param callable(?int): bool $ended whether a process was killed, or ended with its call in flight
     * @return list<string>
     */
    public function repeats(callable $ended): array
    {
        $last = [];
        foreach ($this->calls as $call) {
            $caller = self::caller($call);
            $last[$caller] = max($last[$caller] ?? 0.0, $call['began']);
        }
        $excused = static fn (array $call): bool =>
            $call['began'] === $last[self::caller($call)] && $ended($call['pid']);
        $known = $repeats = [];
        $calls = array_filter($this->calls, static fn (array $call): bool => $call['mode'] === 'ok' && !$call['test']);
        usort($calls, static fn (array $a, array $b): int => $a['began'] <=> $b['began']);
        foreach ($calls as $call) {
            foreach ($call['ids'] as $id) {
                if (isset($known[$id])) {
                    $repeats[] = "$id: " . self::told($known[$id]) . ', then ' . self::told($call);
                }
            }
            if (!$excused($call)) {
                $known += array_fill_keys($call['ids'], $call);
            }
        }
        return $repeats;
    }

    private static function caller(array $call): string
    {
        return $call['pid'] === null ? "connection {$call['connection']}" : "process {$call['pid']}";
    }

    private static function told(array $call): string
    {
        $answered = $call['answered'] ? 'answered' : 'cut off';
        return sprintf('%s, %s, at %.0f ms', self::caller($call), $answered, $call['began']);
    }
}
