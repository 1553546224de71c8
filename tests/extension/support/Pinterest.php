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
        return iterator_to_array(self::read($this->called()), false);
    }

    /** @return list<string> every event id received, in order */
    public function eventIds(): array
    {
        $ids = [];
        // One request at a time: a long round has more events than fit into PHP's memory.
        foreach (self::read($this->called()) as $request) {
            array_push($ids, ...array_column($request['events'], 'event_id'));
        }
        return $ids;
    }

    /**
     * The calls that are over, in the order they ended; times in milliseconds. `pid` is null where a caller had gone
     * before it could be seen, and `beside` are the callers that waited for an answer when this call came.
     * @return list<array{connection: int, pid: ?int, began: float, ended: float, beside: list<?int>, mode: string,
     *   test: bool, answered: bool, ids: list<string>}>
     */
    public function calls(): array
    {
        return iterator_to_array(self::read($this->records . '/calls.ndjson'), false);
    }

    /**
     * How to answer from now on.
     * @param array{mode?: 'ok'|'503'|'hang', delay?: array{int, int}} $how delay in milliseconds
     */
    public function behave(array $how): void
    {
        $file = $this->records . '/behaviour.json';
        file_put_contents("$file.new", json_encode($how));
        rename("$file.new", $file);
    }

    /** A file that is there once a call has arrived. */
    public function called(): string
    {
        return $this->records . '/requests.ndjson';
    }

    public function waitFor(string ...$eventIds): void
    {
        eventually(
            'Pinterest has ' . implode(', ', $eventIds),
            fn (): bool => array_diff($eventIds, $this->eventIds()) === []
        );
    }

    /** @return iterable<array<string, mixed>> */
    private static function read(string $file): iterable
    {
        $lines = @fopen($file, 'r');
        while ($lines !== false && ($line = fgets($lines)) !== false) {
            yield json_decode($line, true, 64, JSON_THROW_ON_ERROR);
        }
    }
}
