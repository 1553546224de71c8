<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\Relay;

/**
 * The events that Pinterest refused, with its words: they lie in the spool of the web server that sent them, and a sale
 * among them has its row in the outbox, which has to follow.
 */
final class DeadLetters
{
    public function __construct(private readonly Outbox $outbox)
    {
    }

    /**
     * @return list<array{event_id: string, event_name: string, at: int, message: string, order_id: ?int}> newest first
     */
    public function newest(Relay $relay, int $limit): array
    {
        $letters = $relay->rejected($limit);
        $orders = [];
        foreach ($this->outbox->byEventIds(array_column($letters, 'event_id')) as $row) {
            $orders[$row->eventId] = $row->orderId;
        }
        return array_map(
            static fn (array $letter): array => $letter + ['order_id' => $orders[$letter['event_id']] ?? null],
            $letters,
        );
    }

    /**
     * Puts refused events back in line. A sale's row is with the sender again before its event is: the other way round
     * the new verdict could be read while nobody waits for it.
     *
     * @param list<string> $eventIds
     * @return int how many there were
     */
    public function retry(Relay $relay, string $node, array $eventIds, int $now): int
    {
        $rows = [];
        foreach ($this->outbox->byEventIds($eventIds) as $row) {
            $rows[$row->eventId] = $row;
        }
        $count = 0;
        foreach ($eventIds as $id) {
            $row = $rows[$id] ?? null;
            $isBack = $row !== null && $this->outbox->requeue($row->orderId, $node, $now);
            $found = 0;
            try {
                $found = $relay->retry([$id]);
            } finally {
                if ($isBack && $found === 0) {
                    $this->outbox->settle($row->orderId, 'rejected', $row->message, $now, [OutboxRow::QUEUED]);
                }
            }
            $count += $found;
        }
        return $count;
    }
}
