<?php

/**
 * Stands for the extension where it is not loaded: the same names, and a Relay that records what it is asked and
 * answers what the test has laid ready.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects, PSR1.Classes -- the extension's own names

namespace Pinrelay;

interface Exception extends \Throwable
{
}

final class ConfigException extends \InvalidArgumentException implements Exception
{
}

final class InvalidEventException extends \InvalidArgumentException implements Exception
{
    /** @param list<string> $paths */
    public function __construct(string $message = '', private readonly array $paths = ['event_name'])
    {
        parent::__construct($message);
    }

    public function errors(): array
    {
        return array_map(static fn (string $path): array => ['path' => $path, 'message' => ''], $this->paths);
    }
}

final class SpoolException extends \RuntimeException implements Exception
{
    public function __construct(string $message = '', private readonly string $reason = 'io')
    {
        parent::__construct($message);
    }

    public function reason(): string
    {
        return $this->reason;
    }
}

final class Relay
{
    public const VERSION = '0.1.0';
    public const API_LEVEL = 2;

    /** @var list<array<string, mixed>> options of every Relay made */
    public static array $made = [];
    /** @var list<array<string, mixed>> events captured, with the account under "to" */
    public static array $captured = [];
    /** @var list<string> ids withdrawn */
    public static array $withdrawn = [];
    /** @var list<array{string, string}> accounts and the visitors taken back there */
    public static array $forgotten = [];
    /** @var list<string> accounts purged */
    public static array $purged = [];
    /** @var list<array<string, mixed>> what settled() answers next, once */
    public static array $settled = [];
    /** @var list<array<string, mixed>> settled events of both lanes, newest first */
    public static array $recent = [];
    /** @var array<string, mixed> over the answer of status() */
    public static array $status = [];
    /** @var (\Closure(): void)|null what happens in the spool before status() answers */
    public static ?\Closure $onStatus = null;
    /** @var array<string, mixed> over the answer of sendTest() */
    public static array $answer = [];
    /** @var array<string, \Throwable> thrown by method name */
    public static array $throws = [];
    /** @var list<array{event_id: string, event_name: string, at: int, message: string}> dead letters, newest first */
    public static array $rejected = [];
    /** @var list<string> ids put back in line */
    public static array $retried = [];

    public static function reset(): void
    {
        self::$made = self::$captured = self::$withdrawn = self::$forgotten = self::$purged = [];
        self::$settled = self::$status = self::$answer = self::$throws = [];
        self::$recent = self::$rejected = self::$retried = [];
        self::$onStatus = null;
    }

    public function __construct(private readonly array $options)
    {
        self::mayThrow('__construct');
        self::$made[] = $options;
    }

    public function capture(array $event): void
    {
        self::mayThrow('capture');
        self::$captured[] = ['to' => $this->options['ad_account_id']] + $event;
    }

    public function status(): array
    {
        self::mayThrow('status');
        if (self::$onStatus !== null) {
            (self::$onStatus)();
        }
        return self::$status + [
            'node' => 'node-a',
            'generation' => 0,
            'waiting' => ['revenue' => 0, 'visit' => 0],
            'rejected' => 0,
            'delivered' => 0,
            'lost' => [],
            'oldest_waiting_at' => null,
            'last_success_at' => 1795000000,
            'last_error' => null,
            'paused' => null,
            'retry_at' => null,
            'sender' => null,
            'last_refused' => null,
            'spool' => [
                'dir' => '/spool', 'bytes' => 0, 'writable' => true, 'network_fs' => false, 'trouble' => null,
            ],
        ];
    }

    public function settled(string $cursor = '', int $limit = 1000): array
    {
        self::mayThrow('settled');
        $events = self::$settled;
        self::$settled = [];
        return ['cursor' => $cursor . '.', 'events' => $events];
    }

    public function recent(int $limit = 50): array
    {
        self::mayThrow('recent');
        return array_slice(self::$recent, 0, $limit);
    }

    public function withdraw(array $eventIds): int
    {
        self::mayThrow('withdraw');
        array_push(self::$withdrawn, ...$eventIds);
        return count($eventIds);
    }

    public function withdrawVisitor(string $externalId): int
    {
        self::mayThrow('withdrawVisitor');
        self::$forgotten[] = [$this->options['ad_account_id'], $externalId];
        return 0;
    }

    public function rejected(int $limit = 50): array
    {
        self::mayThrow('rejected');
        return array_slice(self::$rejected, 0, $limit);
    }

    public function retry(array $eventIds): int
    {
        self::mayThrow('retry');
        $there = array_intersect($eventIds, array_column(self::$rejected, 'event_id'));
        array_push(self::$retried, ...$there);
        return count($there);
    }

    public function purge(): int
    {
        self::$purged[] = $this->options['ad_account_id'];
        return 0;
    }

    public function sendTest(array $event): array
    {
        self::mayThrow('sendTest');
        return self::$answer + ['http_status' => 200, 'verdict' => 'delivered', 'message' => null, 'body' => ''];
    }

    private static function mayThrow(string $method): void
    {
        if (isset(self::$throws[$method])) {
            throw self::$throws[$method];
        }
    }
}
