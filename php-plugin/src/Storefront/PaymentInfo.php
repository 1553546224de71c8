<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\OrderEvent;
use Pinrelay\WooCommerce\Mapping\OrderFacts;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * A shopper hands in how he pays: the event `add_payment_info`, told when the order is placed and whether or not the
 * payment succeeds. Not told earlier, when a method is chosen: both checkouts choose one by themselves as they open.
 */
final class PaymentInfo
{
    private const EVENT = 'add_payment_info';

    public function __construct(
        private readonly Settings $settings,
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
        private readonly Guard $guard,
    ) {
    }

    public function register(): void
    {
        if (!$this->events->wants(self::EVENT)) {
            return;
        }
        $classic = fn (mixed $id, mixed $posted = null, mixed $order = null): mixed => $this->given($order);
        add_action('woocommerce_checkout_order_processed', $this->guard->action(self::EVENT, $classic), 20, 3);
        $object = $this->guard->action(self::EVENT, $this->given(...));
        add_action('woocommerce_store_api_checkout_order_processed', $object, 20, 1);
        add_action('woocommerce_before_pay_action', $object, 20, 1);
    }

    private function given(mixed $order): void
    {
        if (!$order instanceof \WC_Order || !$order->needs_payment() || !Shopper::mayBeHere($order)) {
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
        $this->events->tell(['event_name' => self::EVENT] + $event, $order);
    }
}
