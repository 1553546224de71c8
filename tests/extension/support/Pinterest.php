<?php

/** A Pinterest that keeps every request: its own directory of bodies, and a list of what was asked how. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Pinterest
{
    public readonly string $base;
    private readonly Server $server;
    private readonly string $records;

    public function __construct()
    {
        $this->records = directory('pinterest');
        $this->server = new Server(['node', __DIR__ . '/pinterest.mjs', $this->records, given('PINRELAY_PAYLOADS')]);
        $this->base = $this->server->address . '/v5';
        afterwards($this->server->stop(...));
    }

    /** @return list<array{path: string, authorization: string, events: list<array<string, mixed>>}> */
    public function requests(): array
    {
        $lines = @file($this->records . '/requests.ndjson', FILE_IGNORE_NEW_LINES) ?: [];
        return array_map(static fn (string $line): array => json_decode($line, true, 64, JSON_THROW_ON_ERROR), $lines);
    }

    /** @return list<string> every event id received, in order */
    public function eventIds(): array
    {
        return array_column(array_merge(...array_column($this->requests(), 'events')), 'event_id');
    }

    public function waitFor(string ...$eventIds): void
    {
        eventually(
            'Pinterest has ' . implode(', ', $eventIds),
            fn (): bool => array_diff($eventIds, $this->eventIds()) === []
        );
    }
}
