<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * What a verdict of the spool means for an order's row. Pure.
 *
 * Verdicts may be read twice (a lost cursor, two workers), so one that would send a row back is applied only when it is
 * younger than the row's stay in the spool. One of the same second may be of the stay before. "Late" is then left
 * alone: the spool misses a row that it does concern, which returns ten minutes later. "Withdrawn" is applied: a sale
 * that was cancelled and paid within a second must not wait so long, and the sender skips one capture too many.
 */
final class Verdicts
{
    /** Final words that are taken over as they are. */
    private const FINAL = ['delivered', 'rejected', 'expired', 'unconfirmed'];

    /**
     * @param array{verdict: string, at: int} $event one entry of Relay::settled()
     * @return array{'settle', string}|array{'release', string}|null settle with a verdict; release to pending with a
     *         mark (LATE, or '' for none); or nothing
     */
    public static function decide(OutboxRow $row, array $event): ?array
    {
        if ($row->state !== OutboxRow::QUEUED && $row->state !== OutboxRow::PENDING) {
            return null;
        }
        $isQueued = $row->state === OutboxRow::QUEUED;
        $isOfThisStay = $isQueued && $event['at'] > $row->updatedAt;
        $mayBeOfThisStay = $isQueued && $event['at'] >= $row->updatedAt;
        $isCancelled = $row->verdict === OutboxRow::WITHDRAW || $row->consent === OutboxRow::REFUSED;

        return match (true) {
            // Of the stay before: it was sent again since, and this stay will have a word of its own.
            $event['verdict'] === 'rejected' && $isQueued && !$mayBeOfThisStay => null,
            in_array($event['verdict'], self::FINAL, true) => ['settle', $event['verdict']],
            $event['verdict'] === 'withdrawn' && $isCancelled => ['settle', 'withdrawn'],
            // Withdrawn, but meanwhile the order was paid after all: it has to be sent again.
            $event['verdict'] === 'withdrawn' && $mayBeOfThisStay => ['release', ''],
            $event['verdict'] === 'late' && $isCancelled => ['settle', 'withdrawn'],
            // Past the first hour Pinterest may count both halves: a browser half that fired stands for the order.
            $event['verdict'] === 'late' && $row->browser === OutboxRow::FIRED => ['settle', 'covered'],
            $event['verdict'] === 'late' && $isOfThisStay => ['release', OutboxRow::LATE],
            default => null,
        };
    }
}
