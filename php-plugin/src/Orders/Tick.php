<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Relay\Nodes;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * One round of looking after the outbox: takes over verdicts, brings back what a lost spool held, captures again what
 * waits, forgets what is too old. Safe to run in any number of workers at once, since every row moves by a claim; each
 * part is guarded for itself, so that one bad row or one dead account does not stop the others.
 */
final class Tick
{
    /** A row without a verdict for so long, on a node that has nothing waiting, was lost with its spool. */
    private const LOST_SECONDS = 10 * 60;
    private const BEAT_SECONDS = 60;
    private const PAGE = 500;

    /**
     * @param \Closure(): OrderHooks    $orders made only where there is an order to ask it about
     * @param ?(\Closure(int): mixed) $inbox  processes what visitors sent to collect.php
     */
    public function __construct(
        private readonly OutboxTransitions $outbox,
        private readonly Dispatcher $dispatcher,
        private readonly \Closure $orders,
        private readonly RelayFactory $relays,
        private readonly Nodes $nodes,
        private readonly SettingsStore $store,
        private readonly Guard $guard,
        private readonly ?\Closure $inbox = null,
    ) {
    }

    /** @param float $seconds how long capturing may go on; the rest is left to the next round */
    public function run(int $now, float $seconds = 5.0): void
    {
        $settings = $this->store->settings();
        if ($settings->held) {
            return;
        }
        if (!$settings->enabled) {
            return;
        }
        // First, since consent may have been taken back.
        $this->guard->run('inbox', fn () => $this->inbox === null ? null : ($this->inbox)($now));
        // Next, since what is accepted here goes at once.
        $this->guard->run('held orders', fn () => $this->acceptHeld($now));
        $node = $this->relays->node();
        if ($node !== null) {
            $this->guard->run('own node', fn () => $this->lookAfter($node, $now));
        }
        $this->guard->run('silent nodes', fn () => $this->returnFromSilentNodes($node, $now));
        $this->guard->run('old orders', fn () => $this->expire($now));
        $this->guard->run('pending orders', fn () => $this->capture($now, $seconds));
    }

    private function acceptHeld(int $now): void
    {
        foreach ($this->outbox->held($now, self::PAGE) as $row) {
            $this->guard->run('held order', fn () => ($this->orders)()->waited($row));
        }
    }

    /** This node's spools, one for each destination that orders wait for. */
    private function lookAfter(string $node, int $now): void
    {
        ['at' => $last, 'cursors' => $before] = $this->nodes->get($node);
        $cursors = $before;
        $seen = [];
        foreach ($this->outbox->destinations() as $destination) {
            $relay = $this->relays->relayFor($destination);
            if ($relay !== null) {
                $cursor = $cursors[$destination] ?? '';
                $seen[$destination] = $this->lookAfterSpool($relay, $destination, $node, $cursor, $now);
                $cursors[$destination] = $seen[$destination] ?? $cursor;
            }
        }
        if ($seen !== [] && array_filter($seen, 'is_string') === []) {
            // None of its spools can be read any more: it falls silent, and another node takes its rows over.
            return;
        }
        if ($cursors !== $before || $now - $last >= self::BEAT_SECONDS || $last > $now) {
            $this->nodes->beat($node, $cursors, $now);
        }
    }

    /** @return ?string the cursor to go on from, null where the spool could not be read */
    private function lookAfterSpool(Relay $relay, string $destination, string $node, string $cursor, int $now): ?string
    {
        // The order matters: what no longer waits now has its verdict written already, so an order that is still
        // without one after they were all read was lost. Asked the other way round, a sender that delivers a backlog
        // in between would make hundreds of delivered orders look lost.
        $isEmpty = $this->guard->run('spool', fn (): bool => $this->isEmpty($relay, $destination, $node, $now));
        $read = $this->guard->run('verdicts', fn (): string => $this->takeOverVerdicts($relay, $cursor, $now));
        if ($isEmpty === true && $read !== null) {
            $this->guard->run('lost orders', fn () => $this->returnLost($destination, $node, $now));
        }
        return $isEmpty === null ? null : $read;
    }

    /** @return string the cursor to go on from */
    private function takeOverVerdicts(Relay $relay, string $cursor, int $now): string
    {
        do {
            $settled = $relay->settled($cursor, self::PAGE);
            $byId = [];
            foreach ($settled['events'] as $event) {
                if ($event['event_name'] === 'checkout') {
                    $byId[$event['event_id']] = $event;
                }
            }
            foreach ($this->outbox->byEventIds(array_map('strval', array_keys($byId))) as $row) {
                $this->apply($row, $byId[$row->eventId], $now);
            }
            $hasMore = count($settled['events']) === self::PAGE && $settled['cursor'] !== $cursor;
            $cursor = $settled['cursor'];
        } while ($hasMore);

        return $cursor;
    }

    /** @param array{verdict: string, at: int, message: ?string} $event */
    private function apply(OutboxRow $row, array $event, int $now): void
    {
        $decision = Verdicts::decide($row, $event);
        if ($decision === null) {
            return;
        }
        [$move, $verdict] = $decision;
        if ($move === 'settle') {
            $this->dispatcher->settle($row, $verdict, $event['message'], $now);
        } else {
            $this->outbox->release($row->orderId, $row->node, $row->updatedAt, $now, $verdict);
        }
    }

    /** Whether no order waits in the spool. Before that is asked, cancelled ones are taken back. */
    private function isEmpty(Relay $relay, string $destination, string $node, int $now): bool
    {
        $wishes = $this->outbox->wishesOn($node, $destination);
        if ($wishes !== []) {
            $relay->withdraw($wishes);
        }
        $status = $relay->status();
        $this->relays->hear($status);
        $isRetired = $destination !== $this->store->settings()->destination();
        if ($isRetired && $status['last_success_at'] === null && !$this->outbox->hasDelivered($destination)) {
            // It never worked, neither here nor on another node or a disk that is gone, so it was most likely mistyped:
            // its orders belong to the account that replaced it.
            $this->outbox->redirect($destination, $this->store->settings()->destination(), $now);
            $relay->purge();
            return false;
        }
        return $status['waiting']['revenue'] === 0;
    }

    /** Rows that the spool does not know any more return to pending. */
    private function returnLost(string $destination, string $node, int $now): void
    {
        foreach ($this->outbox->queuedOn($node, $destination, $now - self::LOST_SECONDS, self::PAGE) as $row) {
            $this->outbox->release($row->orderId, $row->node, $row->updatedAt, $now);
        }
    }

    private function returnFromSilentNodes(?string $self, int $now): void
    {
        $before = $now - Nodes::SILENT_SECONDS;
        foreach ($this->outbox->nodesHolding($before) as $node) {
            if ($node !== $self && $this->nodes->isSilent($node, $now)) {
                $this->outbox->returnFrom($node, $before, $now);
            }
        }
        $this->nodes->forgetOld($now);
    }

    private function capture(int $now, float $seconds): void
    {
        $end = microtime(true) + $seconds;
        foreach ($this->outbox->destinations() as $destination) {
            if ($this->relays->relayFor($destination) === null) {
                continue;
            }
            foreach ($this->outbox->pending($destination, self::PAGE) as $row) {
                $sent = $this->guard->run('capture again', fn (): bool => $this->dispatcher->send($row, $now), false);
                // A spool that takes nothing now will not take the next five hundred either.
                if ((!$sent && $this->relays->error() !== null) || microtime(true) > $end) {
                    break;
                }
            }
        }
    }

    private function expire(int $now): void
    {
        foreach ($this->outbox->pendingBefore($now - Age::EXPIRED_SECONDS, self::PAGE) as $row) {
            $this->dispatcher->settle($row, 'expired', null, $now);
        }
    }
}
