<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Mapping\OrderSale;
use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * The browser half of a purchase, on the order-received page. It reports what the outbox has accepted and decides
 * nothing about the order: an unpaid order shows the same page.
 *
 * Printed in the footer and not by `woocommerce_thankyou`: that hook fires in a template block the merchant may
 * delete, and not at all for a guest who comes back to a block theme after ten minutes. By the footer every hook that
 * could have accepted the order has run, on classic and on block themes. WooCommerce keeps this page out of caches.
 */
final class PurchaseTag
{
    private const EVENT = 'checkout';

    /** A day after the order, a first sight of its page is a bookmark rather than the end of a checkout. */
    private const SECONDS = 86400;

    public function __construct(
        private readonly Settings $settings,
        private readonly RelayFactory $relays,
        private readonly OrderHooks $orders,
        private readonly Visitor $visitor,
        private readonly BuyerCookie $buyer,
        private readonly BrowserReport $report,
        private readonly Consent $consent,
        private readonly Guard $guard,
    ) {
    }

    public function register(): void
    {
        if ($this->settings->tagReady() && $this->settings->wants(self::EVENT, 'tag')) {
            add_action('wp_footer', $this->guard->action('purchase tag', $this->print(...)), 5);
        }
    }

    private function print(): void
    {
        $order = is_order_received_page() ? $this->order() : null;
        $row = $order === null ? null : $this->orders->row($order->get_id());
        if ($order === null || $row === null || !self::isNews($row, time()) || !$this->consent->isGiven()) {
            return;
        }
        /**
         * Whether the browser half of this purchase is printed.
         *
         * @param bool $print
         * @param \WC_Order $order
         */
        if (apply_filters('pinrelay_print_tag', true, $order) !== true) {
            return;
        }
        $calls = $this->calls($order, $row);
        if ($calls !== null) {
            wp_print_inline_script_tag(
                Json::inScript(['calls' => $calls] + $this->report->invite($order->get_id())),
                ['type' => 'application/json', 'id' => 'pinrelay-purchase'],
            );
        }
    }

    /** The order of this page, for its buyer alone: the right key, in the browser that placed it. */
    private function order(): ?\WC_Order
    {
        $id = absint(get_query_var('order-received'));
        $key = $_GET['key'] ?? '';
        if ($id === 0 || !is_string($key) || !$this->buyer->holds($id)) {
            return null;
        }
        $order = wc_get_order($id);
        return $order instanceof \WC_Order && $order->key_is_valid(wp_unslash($key)) ? $order : null;
    }

    private static function isNews(OutboxRow $row, int $now): bool
    {
        return $row->isAccepted() && $row->eventTime !== null && $now - $row->eventTime < self::SECONDS;
    }

    /** @return ?list<array<mixed>> arguments for pintrk(), call by call; null when a filter leaves the order out */
    private function calls(\WC_Order $order, OutboxRow $row): ?array
    {
        // A settled row has forgotten its context; this request is the same browser, so the external_id is the same.
        $context = $row->context + $this->visitor->context();
        $time = (int) $row->eventTime;
        $event = OrderSale::event($order, $context, $row->eventId, $time, $this->settings, $row->event);
        if ($event === null) {
            return null;
        }
        $rendered = $this->guard->run(
            'purchase tag',
            fn (): ?array => $this->relays->relay()?->prepare($event)->tagCalls,
        );
        return $rendered ?? TagRenderer::calls($event);
    }
}
