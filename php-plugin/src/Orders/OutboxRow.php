<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * One order as the outbox knows it, read-only.
 *
 * States: noted (seen at checkout) > pending (accepted, to be captured) > queued (in a node's spool) > settled.
 */
final class OutboxRow
{
    public const NOTED = 'noted';
    public const PENDING = 'pending';
    public const QUEUED = 'queued';
    public const SETTLED = 'settled';

    /** Verdict of an order whose customer refused consent: nothing else is kept of it. */
    public const REFUSED = 'refused';
    /** Consent of such an order whose buyer had not answered: he may still agree. */
    public const UNANSWERED = 'unanswered';
    public const DELIVERED = 'delivered';
    public const REJECTED = 'rejected';
    /** Verdict of an order that was cancelled before it was sent; it may be paid after all. */
    public const WITHDRAWN = 'withdrawn';
    /** Message of an order that ended after it was sent, which nothing can take back. */
    public const ENDED = 'ended';
    /** On a queued row: the order was cancelled since, the spool's answer is awaited. */
    public const WITHDRAW = 'withdraw';
    /** On a pending or queued row: it missed the first hour and may be delivered all the same. */
    public const LATE = 'late';

    /** The browser half as the page reported it; null is silence. */
    public const FIRED = 'fired';
    public const BLOCKED = 'blocked';

    /**
     * @param string               $destination account and test flag, as Settings::destination()
     * @param ?string              $verdict     settled: delivered, rejected, covered, expired, unconfirmed, withdrawn,
     *                                          invalid, refused or tag_only; before that null, 'withdraw' or 'late'
     * @param ?string              $message     Pinterest's or the extension's own words
     * @param string               $node        whose spool holds it, '' unless queued
     * @param ?int                 $eventTime   unix seconds, fixed at acceptance; of a held order: since when
     * @param ?string              $consent     'granted', 'refused', 'unanswered', or null where nobody asked
     * @param array<string, mixed> $context     the customer's request at checkout; [] once settled
     * @param ?string              $browser     'fired', 'blocked', or null
     * @param int                  $updatedAt   unix seconds when the state was entered
     * @param array<string, mixed> $event       what was fixed at acceptance, as Mapping\FixedSale; [] where nothing is
     * @param int                  $dueAt       unix seconds when it has to be looked at again; 0: never
     * @param string               $buyer       VisitorId::digest() of the browser that placed it, '' if not known
     * @param string               $tagHolder   of the browser that got the browser half, '' before
     */
    public function __construct(
        public readonly int $orderId,
        public readonly string $eventId,
        public readonly string $destination,
        public readonly string $state,
        public readonly ?string $verdict = null,
        public readonly ?string $message = null,
        public readonly string $node = '',
        public readonly ?int $eventTime = null,
        public readonly ?string $consent = null,
        public readonly array $context = [],
        public readonly ?string $browser = null,
        public readonly int $updatedAt = 0,
        public readonly array $event = [],
        public readonly int $dueAt = 0,
        public readonly string $buyer = '',
        public readonly string $tagHolder = '',
    ) {
    }

    /** @param array<string, mixed> $row as the database gives it: every value may be a string */
    public static function fromDatabase(array $row): self
    {
        $text = static function (string $column) use ($row): ?string {
            $value = (string) ($row[$column] ?? '');
            return $value === '' ? null : $value;
        };
        $array = static function (string $column) use ($row): array {
            $value = json_decode((string) ($row[$column] ?? ''), true);
            return is_array($value) ? $value : [];
        };

        return new self(
            orderId: (int) $row['order_id'],
            eventId: (string) ($row['event_id'] ?? ''),
            destination: (string) ($row['destination'] ?? ''),
            state: (string) $row['state'],
            verdict: $text('verdict'),
            message: $text('message'),
            node: (string) ($row['node'] ?? ''),
            eventTime: (int) ($row['event_time'] ?? 0) ?: null,
            consent: $text('consent'),
            context: $array('context'),
            browser: $text('browser'),
            updatedAt: (int) ($row['updated_at'] ?? 0),
            event: $array('event'),
            dueAt: (int) ($row['due_at'] ?? 0),
            buyer: (string) ($row['buyer'] ?? ''),
            tagHolder: (string) ($row['tag_holder'] ?? ''),
        );
    }

    /**
     * This row as it is once it was accepted, for the one who did that.
     *
     * @param array<string, mixed> $event as fixed
     */
    public function accepted(string $eventId, string $destination, int $eventTime, int $now, array $event): self
    {
        return new self(
            orderId: $this->orderId,
            eventId: $eventId,
            destination: $destination,
            state: self::PENDING,
            eventTime: $eventTime,
            consent: $this->consent,
            context: $this->context,
            browser: $this->browser,
            updatedAt: $now,
            event: $event,
            buyer: $this->buyer,
            tagHolder: $this->tagHolder,
        );
    }

    /** Whether the shop has counted this order as a purchase, so that its browser half may be reported. */
    public function isAccepted(): bool
    {
        return in_array($this->state, [self::PENDING, self::QUEUED, self::SETTLED], true)
            && $this->consent !== self::REFUSED
            && !in_array($this->verdict, [self::REFUSED, self::WITHDRAW, 'withdrawn'], true);
    }
}
