<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Mapping\FixedSale;
use Pinrelay\WooCommerce\Mapping\OrderSale;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Storefront\CartVisitor;
use Pinrelay\WooCommerce\Storefront\Requester;
use Pinrelay\WooCommerce\Storefront\UnansweredOrders;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * The only owner of WooCommerce's order hooks: every way an order can be placed, paid, cancelled or removed leads to
 * note(), accept() or withdraw(). It never saves an order: the hooks fire in the middle of WooCommerce saving it.
 */
final class OrderHooks
{
    /** Pinterest takes the server half of an order for sure in its first hour. */
    private const MAY_AGREE_SECONDS = 3600;
    /** So long after an order was made, whoever shows its page by its key is taken to be its customer. */
    private const SEEN_SECONDS = 3600;

    private bool $isListening = false;
    /** @var array<int, true> orders this request has accepted or found accepted */
    private array $accepted = [];
    /** @var array<int, OutboxRow> rows that this request has found and left as they were */
    private array $known = [];
    /** @var array<int, OutboxRow> rows that this request has made: most orders are placed and accepted in one */
    private array $noted = [];

    public function __construct(
        private readonly OutboxTransitions $outbox,
        private readonly Dispatcher $dispatcher,
        private readonly RelayFactory $relays,
        private readonly SettingsStore $store,
        private readonly State $state,
        private readonly Visitor $visitor,
        private readonly Consent $consent,
        private readonly Guard $guard,
        private readonly UnknownSources $unknown = new UnknownSources(),
    ) {
    }

    /**
     * Other plugins have paid statuses of their own, and an order that is made in one changes nothing: only the hook of
     * that status fires.
     */
    public function listenToStatuses(): void
    {
        if ($this->isListening) {
            return;
        }
        $this->isListening = true;
        $statuses = array_map('strval', array_keys(array_filter($this->store->settings()->statuses)));
        $others = array_diff([...wc_get_is_paid_statuses(), ...$statuses], ['processing', 'completed', 'on-hold']);
        foreach (array_unique($others) as $status) {
            $hook = 'woocommerce_order_status_' . $status;
            add_action($hook, $this->guard->action($hook, $this->statusReached(...)), 10, 2);
        }
    }

    public function placedAtClassicCheckout(mixed $id, mixed $posted = null, mixed $order = null): void
    {
        $this->placed($order ?? $id);
    }

    public function statusReached(mixed $id, mixed $order = null): void
    {
        $this->accept($order ?? $id);
    }

    public function statusChanged(mixed $id, mixed $from, mixed $to, mixed $order = null): void
    {
        $isSale = Acceptance::isSale((string) $to, $this->store->settings());
        $isSale ? $this->accept($order ?? $id) : $this->withdraw($id);
    }

    /** The order-received page. WooCommerce fires it for whoever has the order's key. */
    public function thanked(mixed $id): void
    {
        Requester::isKnownBrowser() && $this->seenByVisitor($id);
        $this->accept($id);
    }

    public function postDeleted(mixed $id, mixed $post = null): void
    {
        if ($post?->post_type === 'shop_order') {
            $this->gone($id);
        }
    }

    public function postTrashed(mixed $id): void
    {
        if (get_post_type($id) === 'shop_order') {
            $this->withdraw($id);
        }
    }

    /** An order was placed at the classic checkout, or by a plugin that says so. */
    private function placed(mixed $order): void
    {
        $order = $this->order($order);
        $settings = $this->store->settings();
        if ($order !== null && Acceptance::isOwn(OrderSnapshot::of($order), $settings, $this->activatedAt())) {
            $this->note($order);
        }
    }

    /**
     * A customer places or pays this order in this very request: keeps what only this request knows. Where another
     * server acts for him, only who filled his cart is known, and to his own consent nothing is added.
     *
     * @param bool $isBuyer whether this is the browser that placed it, for certain
     */
    public function note(mixed $order, bool $isBuyer = true): void
    {
        $order = $this->order($order);
        if ($order === null || !Requester::mayBeCustomerOf($order) || $this->isLeftOut($order)) {
            return;
        }
        $isBrowser = Requester::isBrowser();
        $cart = $isBrowser ? null : CartVisitor::known();
        if (!$isBrowser && $cart === null) {
            $this->noteUnknown($order);
            return;
        }
        $answer = $isBrowser ? $this->consent->answer($order) : $cart['consent'];
        if ($answer === false) {
            if ($this->consent->isAnswered()) {
                $this->refuse($order->get_id());
            } else {
                $this->leaveUnanswered($order, $isBuyer);
            }
            return;
        }
        $row = $this->outbox->note(
            $order->get_id(),
            $this->visitor->context(),
            $answer === true ? Consent::GRANTED : null,
            time(),
            $isBuyer,
        );
        if ($row !== null) {
            $this->noted[$row->orderId] = $row;
        }
    }

    /**
     * Another server places this order out of a cart whose customer has not agreed so far, or was never seen. The
     * cart's session is his, whoever brings its token: a refusal of his holds for the order, and where he is to be
     * asked he may still agree in the browser that has the session.
     */
    private function noteUnknown(\WC_Order $order): void
    {
        $isOnline = OrderSource::isOnline((string) $order->get_created_via());
        if (CartVisitor::hasRefused()) {
            $this->refuse($order->get_id());
        } elseif ($isOnline && $this->consent->withoutVisitor() === false && $this->row($order->get_id()) === null) {
            $this->leaveUnanswered($order, true);
        }
    }

    /**
     * A customer's browser has just made this order, out of his cart: whoever has written it counts it for him.
     *
     * @return bool whether it is one that waits for its customer to be seen
     */
    public function seenMaking(\WC_Order $order): bool
    {
        $isUnknown = $this->isUnknown($order);
        if ($isUnknown) {
            $this->note($order);
        }
        return $isUnknown;
    }

    /**
     * A browser shows this order's page by its key, and it is nobody's of the staff: where no checkout has made the
     * order, it counts as its customer's within the hour, and so does the order. Who else has the key is not known, so
     * none of the order's match keys is for this browser (Storefront\Claim).
     */
    public function seenByVisitor(mixed $order): void
    {
        $order = $this->order($order);
        if ($order === null || !Requester::isBrowser() || !$this->isUnknown($order)) {
            return;
        }
        $age = time() - (int) $order->get_date_created()?->getTimestamp();
        if ($age <= self::SEEN_SECONDS && $this->outbox->find($order->get_id()) === null) {
            $this->note($order, false);
        }
    }

    private function isUnknown(\WC_Order $order): bool
    {
        $settings = $this->store->settings();
        return Acceptance::isOfUnknownSource(OrderSnapshot::of($order), $settings, $this->activatedAt());
    }

    /** A renewal that the owner does not count is none of ours, whoever pays it. */
    private function isLeftOut(\WC_Order $order): bool
    {
        return Acceptance::isUncountedRenewal(OrderSnapshot::of($order), $this->store->settings());
    }

    /** The customer of this order refused consent, or took it back: what has not been sent is not sent. */
    public function refuse(int $orderId, string $consent = OutboxRow::REFUSED): void
    {
        unset($this->known[$orderId]);
        $this->outbox->refuse($orderId, time(), $consent);
        $this->takeBack($orderId);
    }

    /** Its customer has not answered: nothing but its number is kept, and that he may still agree in this browser. */
    private function leaveUnanswered(\WC_Order $order, bool $isBuyer): void
    {
        $this->refuse($order->get_id(), OutboxRow::UNANSWERED);
        UnansweredOrders::keep($order->get_id(), $isBuyer);
    }

    /**
     * This request's visitor agrees. Where his browser was seen placing this order before he had answered, and it is
     * not too late, it is noted and accepted now as it would have been then; of anybody else that changes nothing.
     *
     * @return bool whether this is the browser that placed it, for certain
     */
    public function agree(\WC_Order $order): bool
    {
        $now = time();
        $row = $this->order($order) === null ? null : $this->outbox->find($order->get_id());
        if ($row?->consent !== OutboxRow::UNANSWERED) {
            $this->known += $row === null ? [] : [$row->orderId => $row];
            return false;
        }
        $isBuyer = UnansweredOrders::isBuyer($row->orderId);
        $since = $now - self::MAY_AGREE_SECONDS;
        if (
            $isBuyer === null
            || !$this->outbox->agree($row->orderId, $this->visitor->context(), $now, $since, $isBuyer)
        ) {
            return false;
        }
        $this->accept($order, OrderSnapshot::acceptedAt(OrderSnapshot::of($order), $this->store->settings(), $now));
        return $isBuyer;
    }

    /**
     * An order may have become a purchase: the first to notice accepts it, once and for ever.
     *
     * @param ?int $at        when it became one, in unix seconds; now where a hook tells of it
     * @param bool $hasWaited whether a status that holds it has held it for long enough
     */
    public function accept(mixed $order, ?int $at = null, bool $hasWaited = false): void
    {
        $order = $this->order($order);
        if ($order === null || isset($this->accepted[$order->get_id()])) {
            return;
        }
        $id = $order->get_id();
        $settings = $this->store->settings();
        $now = time();
        if (!$this->accepts($order, $hasWaited)) {
            $isHeld = !$hasWaited && Acceptance::isHeld((string) $order->get_status(), $settings);
            if ($isHeld && $this->isPurchase($order, true)) {
                // One without a row is found by reconciliation.
                $this->outbox->hold($id, $now + 60 * $settings->waitMinutes, $now);
            }
            if (Acceptance::isPurchase(OrderSnapshot::of($order), $settings, $this->activatedAt(), true)) {
                $this->isUnknown($order) && $this->unknown->add((string) $order->get_created_via(), $id, $now);
            }
            return;
        }
        $eventId = EventId::ofOrder($id, (string) $order->get_order_key(), $this->state->secret());
        // Should somebody have moved it since, the claim below fails, as it does for whoever comes second.
        $row = $this->noted[$id] ?? $this->outbox->find($id);
        unset($this->noted[$id]);
        // One that was held is as old as its payment.
        $at = $row?->state === OutboxRow::NOTED && $row->eventTime !== null ? $row->eventTime : ($at ?? $now);
        if ($row === null && $this->consent->withoutVisitor() === false) {
            // Whose session this request has is not known: a merchant's, or a payment service's. So no session holds
            // this order, and since the key alone makes nobody its buyer, it stays untold unless its customer pays it
            // anew. Of one that was made online that is no refusal of his.
            $isOnline = OrderSource::isOnline((string) $order->get_created_via());
            $this->outbox->refuse($id, $now, $isOnline ? OutboxRow::UNANSWERED : OutboxRow::REFUSED);
            return;
        }
        $mayCount = $row?->consent !== OutboxRow::REFUSED;
        $isNew = $row === null || $row->state === OutboxRow::NOTED || ($row->verdict === 'withdrawn' && $mayCount);
        if (!$isNew) {
            if ($row->verdict === OutboxRow::WITHDRAW && $mayCount) {
                $this->outbox->wishKept($id);
            }
            if ($row->message === OutboxRow::ENDED) {
                $this->outbox->ended($id, false);
            }
            $this->accepted[$id] = true;
            $this->known[$id] = $row;
            return;
        }
        $destination = $settings->destination();
        // What cannot be told of it now, since a filter throws or leaves it out, is for the dispatcher to decide.
        $event = $this->guard->run('event of an order', static fn (): ?array => OrderSale::event(
            $order,
            $row?->context ?? [],
            $eventId,
            $at,
            $settings,
        ));
        $fixed = $event === null ? [] : FixedSale::of($event);
        // With nothing for the server to send it is settled at once: a checkout waits for no statement in vain.
        $verdict = $destination === '' || !$settings->wants('checkout', 'api') ? 'tag_only' : '';
        if (!$this->outbox->accept($id, $eventId, $destination, $now, $at, $fixed, $verdict)) {
            return;
        }
        $this->accepted[$id] = true;
        /**
         * An order was accepted as a purchase.
         *
         * @param int    $order_id
         * @param string $event_id the id that both halves carry
         */
        do_action('pinrelay_order_accepted', $id, $eventId);
        if ($this->isUnknown($order)) {
            $this->unknown->forget((string) $order->get_created_via(), $id);
        }

        if ($verdict !== '') {
            Dispatcher::announce($id, $verdict);
            return;
        }
        $row = $row?->accepted($eventId, $destination, $at, $now, $fixed) ?? $this->outbox->find($id);
        if ($row === null) {
            return;
        }
        $this->dispatcher->send($row, $now, $order, $event);
    }

    /** A status that held this order has held it for long enough: whatever it says by now counts. */
    public function waited(OutboxRow $row): void
    {
        $this->accept($row->orderId, null, true);
        // Where it was no purchase after all.
        $this->outbox->unhold($row->orderId);
    }

    /** The order's row; the page after the order asks a second time for what a hook has just found. */
    public function row(int $orderId): ?OutboxRow
    {
        return $this->known[$orderId] ?? $this->outbox->find($orderId);
    }

    /** Whether this order is a purchase, by the owner's policy and whoever has a say in it. */
    public function accepts(\WC_Order $order, bool $hasWaited = false): bool
    {
        /**
         * Whether an order is a purchase to report to Pinterest. Asked at every hook until it is accepted.
         *
         * @param bool     $accept
         * @param WC_Order $order
         */
        return true === apply_filters('pinrelay_accept_order', $this->isPurchase($order, $hasWaited), $order);
    }

    /** An order was cancelled, failed, refunded or removed: what has not been sent yet is not sent. */
    public function withdraw(mixed $orderId): void
    {
        $id = $orderId instanceof \WC_Abstract_Order ? $orderId->get_id() : (int) $orderId;
        if ($id <= 0 || !$this->store->settings()->active()) {
            return;
        }
        unset($this->accepted[$id], $this->known[$id]);
        $row = $this->outbox->find($id);
        if ($row?->state === OutboxRow::SETTLED) {
            $this->outbox->ended($id, true);
        }
        if ($row === null || !in_array($row->state, [OutboxRow::PENDING, OutboxRow::QUEUED], true)) {
            return;
        }
        if ($row->state === OutboxRow::PENDING) {
            $this->dispatcher->settle($row, 'withdrawn', null, time(), [OutboxRow::PENDING]);
        }
        // In a spool, maybe only just: the wish stands in the row for the node that holds it, whose answer settles it.
        $this->outbox->wishWithdrawn($id);
        $this->takeBack($id);
    }

    /** An order was deleted for good, and its row goes with it; one that a spool holds goes when that has answered. */
    public function gone(mixed $orderId): void
    {
        $row = is_numeric($orderId) && wc_get_order((int) $orderId) === false
            ? $this->outbox->find((int) $orderId)
            : null;
        if ($row !== null) {
            $this->outbox->forget($row);
        }
    }

    /** Asks this node's spool for an order that is not wanted any more; another node's hears of it by its tick. */
    private function takeBack(int $orderId): void
    {
        $row = $this->outbox->find($orderId);
        $isHere = $row?->verdict === OutboxRow::WITHDRAW && $row->node === $this->relays->node();
        // No node is noted any more with what Pinterest refused: its dead letter may lie here.
        $mayBeHere = $row?->verdict === OutboxRow::REFUSED && $row->eventId !== '';
        if ($isHere || $mayBeHere) {
            $this->relays->relayFor($row->destination)?->withdraw([$row->eventId]);
        }
    }

    /** The owner's policy, and for orders that are not of the shop's own kinds, whether a customer was seen with it. */
    private function isPurchase(\WC_Order $order, bool $hasWaited): bool
    {
        $settings = $this->store->settings();
        $facts = OrderSnapshot::of($order);
        return Acceptance::isPurchase($facts, $settings, $this->activatedAt(), false, $hasWaited)
            || (Acceptance::isPurchase($facts, $settings, $this->activatedAt(), true, $hasWaited)
                && $this->outbox->find($order->get_id()) !== null);
    }

    /** A real shop order, or null when there is nothing to do. Subscriptions are orders too, to PHP. */
    private function order(mixed $order): ?\WC_Order
    {
        if (!$this->store->settings()->active()) {
            return null;
        }
        if (!$order instanceof \WC_Order) {
            $order = is_numeric($order) && (int) $order > 0 ? wc_get_order((int) $order) : null;
        }
        $isShopOrder = $order instanceof \WC_Order && $order->get_type() === 'shop_order' && $order->get_id() > 0;

        return $isShopOrder ? $order : null;
    }

    private function activatedAt(): int
    {
        return (int) $this->state->get('activated_at', PHP_INT_MAX);
    }
}
