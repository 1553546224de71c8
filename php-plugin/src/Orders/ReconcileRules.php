<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Relay\Nodes;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * Decides what reconciliation does with one order, and in one word why: to send it, to send it again, or to leave it.
 * Pure. Status\Verdict has a sentence for each.
 */
final class ReconcileRules
{
    /** The outbox does not know it, or does not know that it became a purchase. */
    public const ACCEPT = 'accept';
    /** It waits in the shop. */
    public const SEND = 'send';
    /** It lies in the spool of a node that is gone. */
    public const FETCH = 'fetch';
    public const LEAVE = 'leave';

    /** The customer's own request may still be at work on a younger one. */
    public const YOUNGEST_SECONDS = 3 * 60;

    /** Verdicts after which an order may become a purchase again. */
    private const MAY_RETURN = 'withdrawn';

    /**
     * What its row alone decides, null where the order itself has to be asked.
     *
     * @param callable(string): bool $isSilent whether a node is taken to be gone
     * @return ?array{move: string, reason: string, at: ?int}
     */
    public static function ofRow(?OutboxRow $row, int $now, callable $isSilent): ?array
    {
        if ($row === null || $row->state === OutboxRow::NOTED) {
            return null;
        }
        if ($row->state === OutboxRow::SETTLED) {
            // One that a filter left out, or the owner discarded, says so and stays out.
            $mayReturn = $row->verdict === self::MAY_RETURN && $row->message === null
                && $row->consent !== OutboxRow::REFUSED;
            return $mayReturn ? null : self::leave((string) $row->verdict);
        }
        if ($row->state === OutboxRow::PENDING) {
            return ['move' => self::SEND, 'reason' => self::ofAge($row->eventTime ?? $now, $row->browser, $now),
                'at' => $row->eventTime];
        }
        if ($row->updatedAt >= $now - Nodes::SILENT_SECONDS || !$isSilent($row->node)) {
            return self::leave('waiting');
        }
        return ['move' => self::FETCH, 'reason' => self::ofAge($row->eventTime ?? $now, $row->browser, $now),
            'at' => $row->eventTime];
    }

    /**
     * What the order says, where ofRow() could not decide.
     *
     * @param array<string, mixed> $snapshot    as OrderSnapshot::of() gives it
     * @param bool                 $accepts     the answer of OrderHooks::accepts()
     * @param bool                 $maySpeak    whether an order whose customer was not seen may be told of
     * @param int                  $activatedAt unix seconds; older orders are not the plugin's
     * @param int                  $floor       unix seconds; what became a purchase before is left alone
     * @return array{move: string, reason: string, at: ?int}
     */
    public static function ofOrder(
        array $snapshot,
        ?OutboxRow $row,
        bool $accepts,
        bool $maySpeak,
        Settings $settings,
        int $activatedAt,
        int $floor,
        int $now,
    ): array {
        if (!$accepts) {
            return self::leave(self::whyNot($snapshot, $settings, $activatedAt, $row !== null));
        }
        $at = OrderSnapshot::acceptedAt($snapshot, $settings, $now);
        return match (true) {
            $at < $floor => self::leave('switched_off'),
            $at > $now - self::YOUNGEST_SECONDS => self::leave('too_young'),
            $row === null && !$maySpeak => self::leave(OutboxRow::REFUSED),
            $settings->destination() === '' || !$settings->wants('checkout', 'api') =>
                ['move' => self::ACCEPT, 'reason' => 'tag_only', 'at' => $at],
            default =>
                ['move' => self::ACCEPT, 'reason' => self::ofAge($at, $row?->browser, $now), 'at' => $at],
        };
    }

    /** @return array{move: string, reason: string, at: null} */
    public static function leave(string $reason): array
    {
        return ['move' => self::LEAVE, 'reason' => $reason, 'at' => null];
    }

    private static function ofAge(int $at, ?string $browser, int $now): string
    {
        $age = Age::decide($at, $browser, $now);
        return $age === Age::ON_TIME || $age === Age::LATE ? 'send_' . $age : $age;
    }

    /** Why the owner's policy does not count it; the first reason that holds. */
    private static function whyNot(array $snapshot, Settings $settings, int $activatedAt, bool $isSeen): string
    {
        return match (true) {
            !Acceptance::isSale($snapshot['status'], $settings) => 'no_sale',
            Acceptance::isHeld($snapshot['status'], $settings) => 'held',
            Acceptance::isPurchase($snapshot, $settings, $activatedAt, $isSeen) => 'filtered',
            $isSeen, Acceptance::isOwn($snapshot, $settings, $activatedAt) => 'not_yet',
            ($snapshot['date_created'] ?? 0) < $activatedAt => 'before',
            $snapshot['parent_id'] !== 0 => 'sub_order',
            default => 'other_source',
        };
    }
}
