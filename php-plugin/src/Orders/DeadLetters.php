<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\Relay;

/**
 * The events that Pinterest refused, with its words: they lie in the spool of the web server that sent them, and a sale
 * among them has its row in the outbox, which has to follow.
 *
 * The extension keeps a letter for seven days and has no word for throwing one away earlier. So what the owner discards
 * is remembered here for as long, shown no more and not sent with the others (option pinrelay_discarded: time by event
 * id).
 */
final class DeadLetters
{
    public const OPTION = 'pinrelay_discarded';
    private const KEEP_SECONDS = Age::ACCEPTED_SECONDS;

    public function __construct(private readonly OutboxTransitions $outbox)
    {
    }

    /**
     * @return list<array{event_id: string, event_name: string, at: int, message: string, order_id: ?int}> newest
     *         first, without what was discarded since it was refused
     */
    public function newest(Relay $relay, int $limit): array
    {
        $discarded = self::discarded();
        $letters = array_values(array_filter(
            $relay->rejected($limit),
            static fn (array $letter): bool => ($discarded[$letter['event_id']] ?? 0) < $letter['at'],
        ));
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
            if ($row?->consent === OutboxRow::REFUSED) {
                // Its customer said no since, maybe on another web server, which could not reach this letter.
                $relay->withdraw([$id]);
                continue;
            }
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

    /**
     * @param list<string> $eventIds
     * @return int how many
     */
    public function discard(array $eventIds, int $now): int
    {
        $known = array_filter(self::discarded(), static fn (int $at): bool => $at > $now - self::KEEP_SECONDS);
        update_option(self::OPTION, array_fill_keys($eventIds, $now) + $known, false);
        return count($eventIds);
    }

    /** @return array<string, int> unix seconds by event id */
    private static function discarded(): array
    {
        $known = get_option(self::OPTION, []);
        return is_array($known) ? array_map('intval', $known) : [];
    }
}
