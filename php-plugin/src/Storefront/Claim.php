<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Collect\Beacon;
use Pinrelay\WooCommerce\Collect\Rate;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Mapping\OrderSale;
use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Site\Hosts;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * The browser half of a purchase: a page whose address carries an order's key asks for the tag's calls with it
 * (assets/order.js). Nothing of an order is printed, so it does not matter who made the page, whether a cache kept it,
 * which cookies came with the navigation, or whether the payment was confirmed only after it was shown.
 *
 * A buyer who had not answered when he placed the order may agree on its page, however his banner goes on from there.
 * That counts from the browser whose session of WooCommerce placed the order (UnansweredOrders): the key makes nobody
 * its buyer.
 *
 * Whoever asks wrongly learns nothing: the answer is the same for a wrong key, an order that is not accepted, an old
 * one, the merchant, and a call that somebody else got already. The order's match keys go to the browser that placed
 * it; else one browser with the key gets the bare call, since the buyer may have come back in another browser.
 */
final class Claim
{
    private const EVENT = 'checkout';

    /** A day after the order, a first sight of its page is a bookmark rather than the end of a checkout. */
    private const SECONDS = 86400;

    /** A try costs the shop an order to load, so one of these counts as many events of an address. */
    private const WEIGHT = 5;

    private const LONGEST_BODY = 1000;

    public function __construct(
        private readonly Settings $settings,
        private readonly RelayFactory $relays,
        private readonly OrderHooks $orders,
        private readonly OutboxTransitions $outbox,
        private readonly Visitor $visitor,
        private readonly BuyerCookie $buyer,
        private readonly BrowserReport $report,
        private readonly Consent $consent,
        private readonly BotFilter $bots,
        private readonly Rate $rate,
        private readonly Guard $guard,
    ) {
    }

    /**
     * @param string $body JSON: {key, ids: numbers of the page's address, of which one may be the order's}
     * @return ?array{calls: list<array<mixed>>, report: list<string>, token: string} null: nothing for this caller
     */
    public function answer(string $body): ?array
    {
        $said = strlen($body) <= self::LONGEST_BODY ? json_decode($body, true, 3) : null;
        if (!is_array($said) || !is_array($said['ids'] ?? null) || !$this->mayAsk()) {
            return null;
        }
        $order = OrderKey::find($said['key'] ?? null, $said['ids']);
        // By now, and not because nobody is asked any more.
        if ($order !== null && $this->consent->answer() === true) {
            $this->guard->run('consent', fn () => $this->orders->agree($order) && $this->buyer->give($order));
        }
        if (!$this->settings->tagReady() || !$this->settings->wants(self::EVENT, 'tag')) {
            return null;
        }
        $row = $order === null ? null : $this->accepted($order);
        if ($order === null || $row === null || time() - (int) $row->eventTime >= self::SECONDS) {
            return null;
        }
        /**
         * Whether the browser half of this purchase is reported.
         *
         * @param bool $print
         * @param \WC_Order $order
         */
        if (apply_filters('pinrelay_print_tag', true, $order) !== true) {
            return null;
        }
        $isBuyer = $this->isBuyer($row);
        return $this->gets($row, $isBuyer) ? $this->half($order, $row, $isBuyer) : null;
    }

    /** Before anything is looked up. */
    private function mayAsk(): bool
    {
        $beacon = Beacon::of(wp_unslash($_SERVER), [], '', '');
        if (!$beacon->isFromOwnPage(Hosts::all()) || Requester::isStaff() || !$this->consent->isGiven()) {
            return false;
        }
        return $this->rate->take($this->visitor->context()['ip'] ?? '', time(), self::WEIGHT)
            && !$this->bots->drops($beacon->userAgent);
    }

    /** Its row once it is a purchase. A page built by hand runs none of the hooks that would have noticed that. */
    private function accepted(\WC_Order $order): ?OutboxRow
    {
        $row = $this->orders->row($order->get_id());
        if ($row === null) {
            $this->guard->run('claim', fn () => $this->orders->seenByVisitor($order));
        }
        if ($row === null || $row->state === OutboxRow::NOTED) {
            $this->guard->run('claim', fn () => $this->orders->accept($order));
            $row = $this->outbox->find($order->get_id());
        }
        return $row?->isAccepted() === true ? $row : null;
    }

    private function isBuyer(OutboxRow $row): bool
    {
        $browser = $this->browser();
        return $this->buyer->holds($row->orderId) || ($browser !== '' && hash_equals($row->buyer, $browser));
    }

    /** Whether this browser is the one to report it: the buyer's, else the first; again until it has reported. */
    private function gets(OutboxRow $row, bool $isBuyer): bool
    {
        $browser = $this->browser() ?: ($isBuyer ? 'buyer' : '');
        if ($browser === '') {
            return false;
        }
        $hasFired = $row->browser === OutboxRow::FIRED;
        if ($row->tagHolder === $browser) {
            return !$hasFired;
        }
        return ($isBuyer || !$hasFired)
            && $this->outbox->holdTag($row->orderId, $browser, $isBuyer ? $row->tagHolder : '');
    }

    /** Distinguishes this browser from others, by its own random id. */
    private function browser(): string
    {
        return VisitorId::digest(VisitorId::read(Cookie::all()));
    }

    /** @return ?array{calls: list<array<mixed>>, report: list<string>, token: string} */
    private function half(\WC_Order $order, OutboxRow $row, bool $isBuyer): ?array
    {
        // A settled row has forgotten its context; the buyer's browser is the same, so its external_id is.
        $context = $isBuyer ? $row->context + $this->visitor->context() : [];
        $time = (int) $row->eventTime;
        $event = OrderSale::event($order, $context, $row->eventId, $time, $this->settings, $row->event);
        if ($event === null) {
            return null;
        }
        $calls = $isBuyer ? $this->calls($event) : [TagRenderer::track($event)];
        return ['calls' => $calls] + $this->report->invite($row->orderId);
    }

    /**
     * @param array<string, mixed> $event
     * @return list<array<mixed>> arguments for pintrk(), call by call
     */
    private function calls(array $event): array
    {
        return $this->guard->run(
            'purchase tag',
            fn (): ?array => $this->relays->relay()?->prepare($event)->tagCalls,
        ) ?? TagRenderer::calls($event);
    }
}
