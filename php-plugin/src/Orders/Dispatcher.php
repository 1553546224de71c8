<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Mapping\FixedSale;
use Pinrelay\WooCommerce\Mapping\OrderSale;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * Hands one accepted order to the extension: claims its row, maps it, captures it. The same for the first try in the
 * checkout's request and for every repetition by the tick. It must not know which of them calls.
 *
 * The claim comes first, so that no two workers capture the same order; what fails after it gives the row back. A
 * process that dies in between leaves a queued row without a verdict, which the tick returns.
 */
final class Dispatcher
{
    private const TOO_OLD = 'Pinterest takes the sales of the last seven days only.';

    public function __construct(
        private readonly OutboxTransitions $outbox,
        private readonly RelayFactory $relays,
        private readonly SettingsStore $store,
        private readonly Guard $guard,
    ) {
    }

    /**
     * True when the order is in the spool; otherwise its row stays pending, or was settled with the reason.
     *
     * @param ?\WC_Order            $order where the caller has it at hand
     * @param ?array<string, mixed> $event likewise, made of it for this row
     */
    public function send(OutboxRow $row, int $now, ?\WC_Order $order = null, ?array $event = null): bool
    {
        $order ??= wc_get_order($row->orderId);
        $isSale = $order instanceof \WC_Order
            && Acceptance::isSale($order->get_status(), $this->store->settings());
        $isWanted = $row->verdict !== OutboxRow::WITHDRAW && $row->consent !== OutboxRow::REFUSED;
        if (!$isSale || !$isWanted) {
            $this->settle($row, 'withdrawn', null, $now, [OutboxRow::PENDING]);
            return false;
        }
        $age = Age::decide((int) $row->eventTime, $row->browser, $now);
        if ($age === Age::COVERED || $age === Age::EXPIRED) {
            $why = $age === Age::EXPIRED ? self::TOO_OLD : null;
            $this->settle($row, $age, $why, $now, [OutboxRow::PENDING]);
            return false;
        }
        $relay = $this->relays->relayFor($row->destination);
        $node = $relay === null ? null : $this->relays->node();
        if ($relay === null || $node === null) {
            return false;
        }
        if (!$this->outbox->claim($row->orderId, $node, $now)) {
            return false;
        }
        try {
            $event ??= $this->event($row, $order);
            if ($event === null) {
                $this->settle($row, 'withdrawn', 'The filter pinrelay_event left it out.', $now);
                return false;
            }
            // A spool gives back what missed the first hour; only the shop knows that it may go all the same. The row's
            // mark is of a spool whose clock may be ahead of ours.
            $mayBeLate = $age === Age::LATE || $row->verdict === OutboxRow::LATE;
            $relay->capture($mayBeLate ? ['late_ok' => true] + $event : $event);
            return true;
        } catch (\Pinrelay\InvalidEventException $invalid) {
            // Asking again would be refused again.
            $this->settle($row, 'invalid', $invalid->getMessage(), $now);
        } catch (\Pinrelay\SpoolException $full) {
            $this->outbox->release($row->orderId, $node, $now, $now);
            $this->relays->failed('capture', $full);
        } catch (\Throwable $thrown) {
            $this->outbox->release($row->orderId, $node, $now, $now);
            // The tick repeats this each minute; the log need hear of it once.
            if ($this->outbox->remark($row->orderId, $thrown::class)) {
                $this->guard->report('capture', $thrown);
            }
        }
        return false;
    }

    /**
     * Ends an order's way and tells whoever listens.
     *
     * @param list<string> $from states it may come from
     */
    public function settle(
        OutboxRow $row,
        string $verdict,
        ?string $message,
        int $now,
        array $from = [OutboxRow::PENDING, OutboxRow::QUEUED],
    ): void {
        if ($this->outbox->settle($row->orderId, $verdict, $message, $now, $from, $row->destination)) {
            self::announce($row->orderId, $verdict);
        }
    }

    public static function announce(int $orderId, string $verdict): void
    {
        /**
         * An order's server half has its last word.
         *
         * @param int    $order_id
         * @param string $verdict  delivered, rejected, covered, expired, unconfirmed, withdrawn, invalid, tag_only
         */
        do_action('pinrelay_order_settled', $orderId, $verdict);
    }

    /** @return ?array<string, mixed> null when a filter leaves the order out */
    private function event(OutboxRow $row, \WC_Order $order): ?array
    {
        $event = OrderSale::event(
            $order,
            $row->context,
            $row->eventId,
            (int) $row->eventTime,
            $this->store->settings(),
            $row->event,
        );
        if ($event === null || $row->event !== [] || $this->outbox->fix($row->orderId, FixedSale::of($event))) {
            return $event;
        }
        // Somebody else has fixed it since this row was read.
        return FixedSale::applied($event, $this->outbox->find($row->orderId)?->event ?? []);
    }
}
