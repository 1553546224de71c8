<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Storefront\VisitorId;

/**
 * The outbox: one row per order, moved from state to state by claims. OutboxQueries reads it.
 *
 * Every move is one INSERT that ignores a duplicate or one UPDATE whose WHERE names the state it leaves, and it
 * happened if and only if one row was affected. So two requests, two workers or two web nodes never do the same thing
 * twice, on any database. Context is erased by the same statement that settles a row. It must not know why a row moves.
 */
final class OutboxTransitions extends OutboxQueries
{
    /** Longest value kept of one fact of the customer's request, in bytes: a hostile header must not fill the table. */
    private const LONGEST_FACT = 2048;

    /** What is erased of a row whose customer refuses. */
    private const FORGET = "context = '', event = '', buyer = '', tag_holder = ''";

    /** How long the browser half of an order may be reported. */
    private const BROWSER_SECONDS = 86400;
    /** A rejected sale can be sent again for as long as Pinterest accepts it. A day more, for clocks and delays. */
    private const USEFUL_SECONDS = Age::ACCEPTED_SECONDS + 86400;

    /**
     * noted: a customer was seen placing or paying the order. Who tries the same unpaid order again brings fresher
     * facts, and may have agreed since he refused.
     *
     * @param array<string, mixed> $context as Storefront\Visitor::context() gives it
     * @param bool $isBuyer whether the order's match keys are for this browser (Storefront\Claim)
     * @return ?OutboxRow the row, where this made it
     */
    public function note(
        int $orderId,
        array $context,
        ?string $consent,
        int $now,
        bool $isBuyer = true,
    ): ?OutboxRow {
        $json = self::contextJson($context);
        $buyer = $isBuyer ? self::buyer($context) : '';
        $made = $this->change(
            "INSERT IGNORE INTO {$this->table} (order_id, state, consent, context, buyer, updated_at)"
                . ' VALUES (%d, %s, %s, %s, %s, %d)',
            $orderId,
            OutboxRow::NOTED,
            (string) $consent,
            $json,
            $buyer,
            $now,
        );
        if ($made === 0) {
            $values = [OutboxRow::NOTED, $json, (string) $consent, $buyer, $now, $orderId];
            $update = "UPDATE {$this->table} SET state = %s, verdict = '', context = %s, consent = %s, buyer = %s,"
                . ' updated_at = %d WHERE order_id = %d AND state = %s';
            $refused = [OutboxRow::SETTLED, OutboxRow::REFUSED];
            if (
                $this->change($update, ...$values, ...[OutboxRow::NOTED]) === 0
                && $this->change("{$update} AND verdict = %s AND message = ''", ...$values, ...$refused) === 1
            ) {
                $this->tally()->add(OutboxRow::REFUSED, -1);
            }
        }
        return $made === 1 ? OutboxRow::fromDatabase([
            'order_id' => $orderId,
            'state' => OutboxRow::NOTED,
            'consent' => $consent,
            'context' => $json,
            'buyer' => $buyer,
            'updated_at' => $now,
        ]) : null;
    }

    /**
     * noted: the customer of an order agrees who had not answered when it was placed. True for the one who did it.
     *
     * @param array<string, mixed> $context as Storefront\Visitor::context() gives it
     * @param int $since unix seconds; one that was placed before is left as it is
     */
    public function agree(int $orderId, array $context, int $now, int $since, bool $isBuyer): bool
    {
        $isDone = 1 === $this->change(
            "UPDATE {$this->table} SET state = %s, verdict = '', context = %s, consent = %s, buyer = %s,"
                . ' updated_at = %d WHERE order_id = %d AND state = %s AND verdict = %s AND consent = %s'
                . " AND message = '' AND updated_at >= %d",
            OutboxRow::NOTED,
            self::contextJson($context),
            Consent::GRANTED,
            $isBuyer ? self::buyer($context) : '',
            $now,
            $orderId,
            OutboxRow::SETTLED,
            OutboxRow::REFUSED,
            OutboxRow::UNANSWERED,
            $since,
        );
        if ($isDone) {
            $this->tally()->add(OutboxRow::REFUSED, -1);
        }
        return $isDone;
    }

    /**
     * The customer refused consent, or took it back: the order's number and that word are kept, so that no later hook
     * sends it. An order that a spool holds is marked, and keeps its row until that spool has answered; one with a last
     * word keeps that, and its browser half is not told any more.
     *
     * @param string $consent OutboxRow::UNANSWERED where he has not said anything yet: that never takes the place of a
     *                        refusal, and takes nothing back that has its last word
     */
    public function refuse(int $orderId, int $now, string $consent = OutboxRow::REFUSED): void
    {
        $made = $this->change(
            "INSERT IGNORE INTO {$this->table} (order_id, state, verdict, consent, context, updated_at)"
                . " VALUES (%d, %s, %s, %s, '', %d)",
            $orderId,
            OutboxRow::SETTLED,
            OutboxRow::REFUSED,
            $consent,
            $now,
        );
        if ($made === 1) {
            $this->tally()->add(OutboxRow::REFUSED, 1);
            return;
        }
        // A row that a worker gives back from a spool in between moves against the order of these statements.
        $isReached = $this->refuseOpen($orderId, $now, $consent) || $this->refuseOpen($orderId, $now, $consent);
        if (!$isReached && $consent === OutboxRow::REFUSED) {
            $this->refuseSettled($orderId);
        }
    }

    /** One that waits, or may be sent again though it is settled. */
    private function refuseOpen(int $orderId, int $now, string $consent): bool
    {
        $forget = "UPDATE {$this->table} SET state = %s, verdict = %s,"
            . ' consent = CASE consent WHEN %s THEN consent ELSE %s END, ' . self::FORGET . ", event_id = '',"
            . " destination = '', event_time = 0, due_at = 0, browser = '', updated_at = %d";
        $as = [OutboxRow::SETTLED, OutboxRow::REFUSED, OutboxRow::REFUSED, $consent, $now, $orderId];
        $open = "{$forget}, message = '' WHERE order_id = %d AND state IN (%s, %s)";
        if ($this->change($open, ...$as, ...[OutboxRow::NOTED, OutboxRow::PENDING]) === 1) {
            $this->tally()->add(OutboxRow::REFUSED, 1);
            return true;
        }
        $mark = "UPDATE {$this->table} SET consent = %s, verdict = %s, " . self::FORGET
            . ' WHERE order_id = %d AND state = %s';
        $wish = [OutboxRow::REFUSED, OutboxRow::WITHDRAW, $orderId, OutboxRow::QUEUED];
        if ($this->change($mark, ...$wish) === 1) {
            return true;
        }
        // The next payment would accept it anew. What it says of itself stays: somebody left it out.
        $settled = "{$forget} WHERE order_id = %d AND state = %s AND verdict = %s";
        $withdrawn = [...$as, OutboxRow::SETTLED, OutboxRow::WITHDRAWN];
        // One that Pinterest refused lies among a spool's dead letters, and is not to be sent again.
        $rejected = [OutboxRow::REFUSED, OutboxRow::REFUSED, $orderId, OutboxRow::SETTLED, OutboxRow::REJECTED];
        $from = match (1) {
            $this->change($settled, ...$withdrawn) => OutboxRow::WITHDRAWN,
            $this->change("{$mark} AND verdict = %s", ...$rejected) => OutboxRow::REJECTED,
            default => null,
        };
        if ($from !== null) {
            $this->tally()->add($from, -1);
            $this->tally()->add(OutboxRow::REFUSED, 1);
        }
        return $from !== null;
    }

    /** One that keeps its last word, and one whose customer had not answered and says no now. */
    private function refuseSettled(int $orderId): void
    {
        $this->change(
            "UPDATE {$this->table} SET consent = %s, " . self::FORGET . ' WHERE order_id = %d AND state = %s',
            OutboxRow::REFUSED,
            $orderId,
            OutboxRow::SETTLED,
        );
    }

    /**
     * pending: the order is a purchase; id, time, destination and what the event says of the sale are fixed. True for
     * the one caller who made it so. An order that was withdrawn and is paid after all is accepted anew.
     *
     * @param ?int                 $at    when it became a purchase, where that was not just now
     * @param array<string, mixed> $event   Mapping\FixedSale; [] where it could not be made yet
     * @param string               $verdict where there is nothing to send: it is settled with this at once
     */
    public function accept(
        int $orderId,
        string $eventId,
        string $destination,
        int $now,
        ?int $at = null,
        array $event = [],
        string $verdict = '',
    ): bool {
        $state = $verdict === '' ? OutboxRow::PENDING : OutboxRow::SETTLED;
        // Empty for none, since wpdb's prepare() knows no null.
        $json = $event === [] ? '' : self::json($event);
        $values = [$state, $eventId, $destination, $at ?? $now, $verdict, $json, $now, $orderId];
        $update = "UPDATE {$this->table} SET state = %s, event_id = %s, destination = %s, event_time = %d,"
            . " verdict = %s, message = '', node = '', event = %s, due_at = 0, updated_at = %d"
            . ($verdict === '' ? '' : ", context = ''") . ' WHERE order_id = %d AND state = %s';
        $isDone = $this->change($update, ...$values, ...[OutboxRow::NOTED]) === 1
            || 1 === $this->change(
                "INSERT IGNORE INTO {$this->table}"
                    . ' (order_id, event_id, destination, state, event_time, verdict, event, context, updated_at)'
                    . " VALUES (%d, %s, %s, %s, %d, %s, %s, '', %d)",
                $orderId,
                $eventId,
                $destination,
                $state,
                $at ?? $now,
                $verdict,
                $json,
                $now,
            );
        $withdrawn = [OutboxRow::SETTLED, OutboxRow::WITHDRAWN, OutboxRow::REFUSED];
        $again = "{$update} AND verdict = %s AND consent <> %s";
        if (!$isDone && $this->change($again, ...$values, ...$withdrawn) === 1) {
            $this->tally()->add(OutboxRow::WITHDRAWN, -1);
            $isDone = true;
        }
        if ($isDone && $verdict !== '') {
            $this->tally()->add($verdict, 1);
        }
        return $isDone;
    }

    /**
     * Fixes what the event of an accepted order says of the sale, where that could not be done at acceptance or the
     * row is of an earlier version. True for the one who did it.
     *
     * @param array<string, mixed> $event Mapping\FixedSale
     */
    public function fix(int $orderId, array $event): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET event = %s WHERE order_id = %d AND state IN (%s, %s)"
                . " AND (event IS NULL OR event = '')",
            self::json($event),
            $orderId,
            OutboxRow::PENDING,
            OutboxRow::QUEUED,
        );
    }

    /** A noted order is paid, but held in a status in which it may still change: it is looked at again at $until. */
    public function hold(int $orderId, int $until, int $now): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET event_time = %d, due_at = %d WHERE order_id = %d AND state = %s AND due_at = 0",
            $now,
            $until,
            $orderId,
            OutboxRow::NOTED,
        );
    }

    /** It is held no more, and is no purchase either. */
    public function unhold(int $orderId): void
    {
        $this->change(
            "UPDATE {$this->table} SET event_time = 0, due_at = 0 WHERE order_id = %d AND state = %s",
            $orderId,
            OutboxRow::NOTED,
        );
    }

    /** queued: one worker takes a pending row to its node's spool. True for the one who got it. */
    public function claim(int $orderId, string $node, int $now): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET state = %s, node = %s, updated_at = %d WHERE order_id = %d AND state = %s",
            OutboxRow::QUEUED,
            $node,
            $now,
            $orderId,
            OutboxRow::PENDING,
        );
    }

    /**
     * Back to pending, id, time and destination unchanged; only out of the stay that the caller knows, which $node and
     * $since name. Meanwhile another worker may have returned the row and a third have queued it anew.
     *
     * @param ?string $verdict LATE marks that it may be delivered after the first hour, null leaves that mark as it is,
     *                         '' clears a wish to withdraw
     */
    public function release(int $orderId, string $node, int $since, int $now, ?string $verdict = null): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET state = %s, node = '', updated_at = %d"
                . ($verdict === null ? '' : ', verdict = %s')
                . ' WHERE order_id = %d AND state = %s AND node = %s AND updated_at = %d',
            ...[OutboxRow::PENDING, $now, ...($verdict === null ? [] : [$verdict])],
            ...[$orderId, OutboxRow::QUEUED, $node, $since],
        );
    }

    /**
     * settled: the last word about an accepted order; its context goes with the same statement.
     *
     * @param list<string> $from        states it may come from
     * @param string       $destination its own, where the caller has its row
     */
    public function settle(
        int $orderId,
        string $verdict,
        ?string $message,
        int $now,
        array $from,
        string $destination = '',
    ): bool {
        $isDone = 1 === $this->change(
            "UPDATE {$this->table} SET state = %s, verdict = %s, message = %s, context = '', node = '', updated_at = %d"
                . ' WHERE order_id = %d AND state IN (' . self::holes($from) . ')',
            OutboxRow::SETTLED,
            $verdict,
            self::cut((string) $message, 500),
            $now,
            $orderId,
            ...$from,
        );
        if ($isDone) {
            $this->tally()->add($verdict, 1);
        }
        if ($isDone && $verdict === OutboxRow::DELIVERED && $destination !== '') {
            $this->tally()->add(Tally::TO . $destination, 1);
        }
        return $isDone;
    }

    /** Notes on a queued row that its order was cancelled. The state's time stays: the row has not moved. */
    public function wishWithdrawn(int $orderId): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET verdict = %s WHERE order_id = %d AND state = %s AND verdict <> %s",
            OutboxRow::WITHDRAW,
            $orderId,
            OutboxRow::QUEUED,
            OutboxRow::WITHDRAW,
        );
    }

    /** Takes that wish back: the order is paid after all. */
    public function wishKept(int $orderId): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET verdict = '' WHERE order_id = %d AND state = %s AND verdict = %s"
                . ' AND consent <> %s',
            $orderId,
            OutboxRow::QUEUED,
            OutboxRow::WITHDRAW,
            OutboxRow::REFUSED,
        );
    }

    /** queued again: Pinterest refused the order, and its event goes back in line in this node's spool. */
    public function requeue(int $orderId, string $node, int $now): bool
    {
        $isDone = 1 === $this->change(
            "UPDATE {$this->table} SET state = %s, verdict = '', node = %s, updated_at = %d"
                . ' WHERE order_id = %d AND state = %s AND verdict = %s',
            OutboxRow::QUEUED,
            $node,
            $now,
            $orderId,
            OutboxRow::SETTLED,
            OutboxRow::REJECTED,
        );
        if ($isDone) {
            $this->tally()->add(OutboxRow::REJECTED, -1);
        }
        return $isDone;
    }

    /** Notes on all that this node's spool holds that it is not wanted any more. */
    public function wishAllWithdrawn(string $node): int
    {
        return $this->change(
            "UPDATE {$this->table} SET verdict = %s WHERE state = %s AND node = %s AND verdict <> %s",
            OutboxRow::WITHDRAW,
            OutboxRow::QUEUED,
            $node,
            OutboxRow::WITHDRAW,
        );
    }

    /** The sale ended after it was sent; nothing can be done but to say so. False takes that word back. */
    public function ended(int $orderId, bool $ended): void
    {
        $isNews = 1 === $this->change(
            "UPDATE {$this->table} SET message = %s WHERE order_id = %d AND state = %s AND message "
                . ($ended ? '<>' : '=') . ' %s AND verdict IN (%s, %s, %s, %s)',
            $ended ? OutboxRow::ENDED : '',
            $orderId,
            OutboxRow::SETTLED,
            OutboxRow::ENDED,
            OutboxRow::DELIVERED,
            'unconfirmed',
            'covered',
            'tag_only',
        );
        if ($isNews) {
            $this->tally()->add(Tally::ENDED, $ended ? 1 : -1);
        }
    }

    /**
     * Gives the browser half to one browser. True for the one who got it.
     *
     * @param string $from who had it before, '' where nobody had
     */
    public function holdTag(int $orderId, string $holder, string $from): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET tag_holder = %s WHERE order_id = %d AND tag_holder = %s",
            $holder,
            $orderId,
            $from,
        );
    }

    /** A page's report of its browser half; "fired" is never taken back. */
    public function browser(int $orderId, string $what): bool
    {
        return 1 === $this->change(
            "UPDATE {$this->table} SET browser = %s WHERE order_id = %d AND browser <> %s AND browser <> %s",
            $what,
            $orderId,
            OutboxRow::FIRED,
            $what,
        );
    }

    /** Remembers why a row could not move, once; true when that is news. */
    public function remark(int $orderId, string $message): bool
    {
        $message = self::cut($message, 500);
        return 1 === $this->change(
            "UPDATE {$this->table} SET message = %s WHERE order_id = %d AND state <> %s AND message <> %s",
            $message,
            $orderId,
            OutboxRow::SETTLED,
            $message,
        );
    }

    /** Takes a silent node's rows back. A withdrawn order's row is settled instead by Dispatcher when it comes up. */
    public function returnFrom(string $node, int $before, int $now): int
    {
        return $this->change(
            "UPDATE {$this->table} SET state = %s, node = '', updated_at = %d"
                . ' WHERE state = %s AND node = %s AND updated_at < %d',
            OutboxRow::PENDING,
            $now,
            OutboxRow::QUEUED,
            $node,
            $before,
        );
    }

    /** An account that never worked gives its rows to the one that replaced it. */
    public function redirect(string $from, string $to, int $now): int
    {
        return $this->change(
            "UPDATE {$this->table} SET state = %s, destination = %s, node = '', updated_at = %d"
                . ' WHERE destination = %s AND state IN (%s, %s)',
            OutboxRow::PENDING,
            $to,
            $now,
            $from,
            OutboxRow::PENDING,
            OutboxRow::QUEUED,
        );
    }

    /**
     * These orders are gone: so are their rows, and their part in the numbers. One that waits, or that a spool holds,
     * is settled first.
     *
     * @return int how many rows went
     */
    public function forget(OutboxRow ...$rows): int
    {
        $alike = [];
        foreach ($rows as $row) {
            if (in_array($row->state, [OutboxRow::NOTED, OutboxRow::SETTLED], true)) {
                $alike["{$row->state} {$row->verdict} {$row->message}"][] = $row;
            }
        }
        return array_sum(array_map($this->forgetAlike(...), array_values($alike)));
    }

    /** @param non-empty-list<OutboxRow> $rows of one state, verdict and message */
    private function forgetAlike(array $rows): int
    {
        [$state, $verdict, $message] = [$rows[0]->state, (string) $rows[0]->verdict, (string) $rows[0]->message];
        $ids = array_map(static fn (OutboxRow $row): int => $row->orderId, $rows);
        $count = $this->change(
            "DELETE FROM {$this->table} WHERE order_id IN (" . implode(', ', array_fill(0, count($ids), '%d')) . ')'
                . ' AND state = %s AND verdict = %s AND message = %s',
            ...$ids,
            ...[$state, $verdict, $message],
        );
        if ($state === OutboxRow::SETTLED) {
            $this->tally()->add($verdict, -$count);
            $this->tally()->add(Tally::ENDED, $message === OutboxRow::ENDED ? -$count : 0);
        }
        return $count;
    }

    /**
     * Empties the rows of a span of orders of what nobody needs any more: what the sale was worth once its browser half
     * is not told any more, all but order, state, verdict, consent and times once Pinterest would not take it either,
     * and what the customer's request said of an order that was never paid.
     */
    public function emptyOld(int $first, int $last, int $now): void
    {
        $between = ' WHERE order_id >= %d AND order_id <= %d AND state = %s';
        $this->change(
            "UPDATE {$this->table} SET event = '', buyer = '', tag_holder = ''{$between} AND event_time < %d"
                . " AND verdict <> %s AND event IS NOT NULL AND event <> ''",
            $first,
            $last,
            OutboxRow::SETTLED,
            $now - self::BROWSER_SECONDS,
            OutboxRow::REJECTED,
        );
        $old = [$first, $last, OutboxRow::SETTLED, $now - self::USEFUL_SECONDS];
        $this->change(
            "UPDATE {$this->table} SET event_id = '', destination = '', event = '', context = '', node = '',"
                . " browser = '', buyer = '', tag_holder = ''{$between} AND updated_at < %d AND event_id <> ''",
            ...$old,
        );
        // What these two say still decides: the sale ended, or the owner or a filter left it out.
        $this->change(
            "UPDATE {$this->table} SET message = ''{$between} AND updated_at < %d AND message NOT IN ('', %s)"
                . ' AND verdict <> %s',
            ...$old,
            ...[OutboxRow::ENDED, OutboxRow::WITHDRAWN],
        );
        $this->change(
            "UPDATE {$this->table} SET context = '', buyer = ''{$between} AND updated_at < %d AND context <> ''",
            $first,
            $last,
            OutboxRow::NOTED,
            $now - self::NOTED_SECONDS,
        );
    }

    /** Counts every settled row, which takes a while in a large shop, and puts the numbers right. */
    public function recount(): void
    {
        $before = $this->tally()->all();
        $counted = [];
        $rows = $this->select(
            "SELECT verdict, destination, COUNT(*) AS n, SUM(CASE WHEN message = %s THEN 1 ELSE 0 END) AS ended"
                . " FROM {$this->table} WHERE state = %s GROUP BY verdict, destination",
            OutboxRow::ENDED,
            OutboxRow::SETTLED,
        );
        foreach ($rows as $row) {
            [$verdict, $destination] = [(string) $row['verdict'], (string) $row['destination']];
            $counted[$verdict] = ($counted[$verdict] ?? 0) + (int) $row['n'];
            $counted[Tally::ENDED] = ($counted[Tally::ENDED] ?? 0) + (int) $row['ended'];
            $to = Tally::TO . $destination;
            if ($verdict === OutboxRow::DELIVERED && $destination !== '' && ($before[$to] ?? 0) === 0) {
                // Of a table of an earlier version. Old rows forget where they went, so this number is never lowered.
                $counted[$to] = (int) $row['n'];
            }
        }
        $this->tally()->correct($before, $counted);
    }

    /** How many rows a statement changed. */
    private function change(string $sql, string|int ...$values): int
    {
        return $this->quietly(function () use ($sql, $values): ?int {
            $changed = $this->wpdb->query($this->wpdb->prepare($sql, ...$values));
            return $changed === false ? null : (int) $changed;
        }, 'The outbox could not be written.');
    }

    /** @param array<string, mixed> $context */
    private static function buyer(array $context): string
    {
        return VisitorId::digest(VisitorId::read([VisitorId::COOKIE => $context['external_id'] ?? '']));
    }

    /** @param array<string, mixed> $context */
    private static function contextJson(array $context): string
    {
        $short = array_map(
            static fn (mixed $fact): mixed => is_string($fact) ? self::cut($fact, self::LONGEST_FACT) : $fact,
            $context,
        );
        return self::json($short);
    }

    /** @param array<string, mixed> $value */
    private static function json(array $value): string
    {
        return (string) json_encode($value, JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR);
    }

    private static function cut(string $text, int $bytes): string
    {
        // Not mb_strcut(), for which WordPress has no stand-in where PHP lacks mbstring.
        $cut = substr($text, 0, $bytes);
        while ($cut !== '' && (ord($text[strlen($cut)] ?? ' ') & 0xC0) === 0x80) {
            $cut = substr($cut, 0, -1);
        }
        return $cut;
    }
}
