<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\OrderEvent;
use Pinrelay\WooCommerce\Mapping\OrderFacts;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * A visitor hands in how he pays: the event `add_payment_info`, sent when the order is placed and whether or not the
 * payment succeeds. Not sent earlier, when a method is chosen: both checkouts choose one by themselves as they open.
 */
final class PaymentInfo
{
    private const EVENT = 'add_payment_info';

    public function __construct(
        private readonly Settings $settings,
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
    ) {
    }

    public function givenAtClassicCheckout(mixed $id, mixed $posted = null, mixed $order = null): void
    {
        $this->given($order);
    }

    public function given(mixed $order): void
    {
        if (!$this->events->wants(self::EVENT)) {
            return;
        }
        if (!$order instanceof \WC_Order || !$order->needs_payment() || !Requester::mayBeCustomerOf($order)) {
            return;
        }
        $event = OrderEvent::map(
            OrderFacts::of($order),
            $this->visitor->context(),
            wp_generate_uuid4(),
            time(),
            $this->settings,
        );
        // An attempt is not the order: it may fail, and be followed by another.
        unset($event['order_id']);
        $this->events->report(['event_name' => self::EVENT] + $event, $order);
    }
}
