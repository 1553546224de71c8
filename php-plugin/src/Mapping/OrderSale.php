<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * The event of an order with the shop's own say in it: read, mapped, filtered, and with what was fixed at acceptance.
 * Both halves come from here, so a filter that changes the value changes it for the server and for the browser.
 */
final class OrderSale
{
    /**
     * @param array<string, mixed> $context Visitor::context() as saved at checkout
     * @param array<string, mixed> $fixed FixedSale::of() this event when the order was accepted; [] before that
     * @return ?array<string, mixed> null when a filter leaves the order out
     */
    public static function event(
        \WC_Order $order,
        array $context,
        string $eventId,
        int $eventTime,
        Settings $settings,
        array $fixed = [],
    ): ?array {
        $event = OrderEvent::map(OrderFacts::of($order), $context, $eventId, $eventTime, $settings);
        /**
         * The event of an order before it is handed over, as the extension's event array; null leaves it out. Its id
         * and time are fixed: verdicts are found by the one, and deduplication depends on both. What is said of the
         * sale counts once, when the order is accepted; what is said of the buyer counts each time.
         *
         * @param array<string, mixed> $event
         * @param \WC_Order $order
         */
        $event = apply_filters('pinrelay_event', $event, $order);

        return is_array($event)
            ? FixedSale::applied(['event_id' => $eventId, 'event_time' => $eventTime] + $event, $fixed)
            : null;
    }
}
