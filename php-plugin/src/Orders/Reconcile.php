<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Relay\Nodes;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * Compares the shop's orders with the outbox, and sends what the hooks missed: while the plugin was paused by an error,
 * or when an order was made where no hook fires. ReconcileRules decides; each order ends with a reason to read. It
 * must not know which orders to look at or when.
 */
final class Reconcile
{
    public function __construct(
        private readonly OutboxTransitions $outbox,
        private readonly OrderHooks $orders,
        private readonly Dispatcher $dispatcher,
        private readonly Consent $consent,
        private readonly Nodes $nodes,
        private readonly SettingsStore $store,
        private readonly State $state,
        private readonly Guard $guard,
    ) {
    }

    /**
     * Looks at some orders, a page at a time, since the outbox is asked about all of them at once.
     *
     * @param list<int> $orderIds
     * @param int       $floor    unix seconds; what was accepted before is left alone
     * @param bool      $isDry    only tells what it would do
     * @return \Generator<int, array{move: string, reason: string}> by order id, with what was done as it is done:
     *         whoever stops listening stops the work
     */
    public function look(array $orderIds, int $now, int $floor = 0, bool $isDry = false): \Generator
    {
        $rows = $this->outbox->findAll($orderIds);
        foreach ($orderIds as $id) {
            $row = $rows[$id] ?? null;
            $decision = $this->guard->run(
                'reconciliation',
                fn (): array => $this->decide($id, $row, $now, $floor),
                ReconcileRules::leave('unreadable'),
            );
            if (!$isDry) {
                $this->guard->run('reconciliation', fn () => $this->carryOut($id, $decision, $now));
            }
            yield $id => $decision;
        }
    }

    /** @return array{move: string, reason: string, at: ?int} */
    private function decide(int $id, ?OutboxRow $row, int $now, int $floor): array
    {
        $known = ReconcileRules::ofRow($row, $now, fn (string $node): bool => $this->nodes->isSilent($node, $now));
        if ($known !== null) {
            return $known;
        }
        $order = wc_get_order($id);
        if (!$order instanceof \WC_Order || $order->get_type() !== 'shop_order') {
            return ReconcileRules::leave('no_order');
        }
        $snapshot = OrderSnapshot::of($order);
        $settings = $this->store->settings();
        return ReconcileRules::ofOrder(
            $snapshot,
            $row,
            $this->orders->accepts($order, OrderSnapshot::hasWaited($snapshot, $settings, $now)),
            $this->consent->withoutVisitor() !== false,
            $settings,
            (int) $this->state->get('activated_at', PHP_INT_MAX),
            $floor,
            $now,
        );
    }

    /** @param array{move: string, at: ?int} $decision */
    private function carryOut(int $id, array $decision, int $now): void
    {
        if ($decision['move'] === ReconcileRules::ACCEPT) {
            // A status that held it for long enough was taken into account.
            $this->orders->accept($id, $decision['at'], true);
            return;
        }
        if ($decision['move'] === ReconcileRules::LEAVE) {
            return;
        }
        $row = $this->outbox->find($id);
        if ($decision['move'] === ReconcileRules::FETCH && $row?->state === OutboxRow::QUEUED) {
            $this->outbox->release($id, $row->node, $row->updatedAt, $now);
            $row = $this->outbox->find($id);
        }
        if ($row?->state === OutboxRow::PENDING) {
            $this->dispatcher->send($row, $now);
        }
    }
}
