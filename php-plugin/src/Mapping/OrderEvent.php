<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * An order as the event `checkout`, in the extension's event array.
 *
 * The sale is reported as it was ordered: prices before discounts, the value after them, in the order's currency.
 * Neither a later change of a product's price nor its deletion, nor a refund, changes it; Pinterest has no event to
 * take a sale back or correct it (docs/wire-contract.md#event-names).
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class OrderEvent
{
    /**
     * @param array<string, mixed> $facts OrderFacts::of()
     * @param array<string, mixed> $context Visitor::context() as saved at checkout; empty where no visitor was seen
     * @param int $eventTime unix seconds of the acceptance
     * @return array<string, mixed>
     */
    public static function map(
        array $facts,
        array $context,
        string $eventId,
        int $eventTime,
        Settings $settings,
    ): array {
        $items = [];
        foreach ($facts['items'] as $line) {
            $item = Line::item($line, $facts['decimals'], $settings);
            if ($item !== null) {
                $items[] = $item;
            }
        }
        $value = self::value($facts, $settings);
        $visit = Visit::part($context + ['language' => $facts['language']], self::person($facts));
        $limits = LimitedData::part($visit['user'] ?? [], $settings->ldpStates);

        return [
            'event_name' => 'checkout',
            'event_id' => $eventId,
            'event_time' => $eventTime,
        ] + self::source($facts, $context) + $visit + $limits + array_filter([
            'order_id' => Text::plain($facts['number']),
            'currency' => $facts['currency'],
            'value' => $value->isPositive() ? (string) $value : '',
            'coupon' => Text::plain(implode(',', $facts['coupons'])),
            'items' => $items,
        ]);
    }

    /**
     * A renewal, an import or a sale over the counter has no page and no browser: Pinterest joins it by the buyer.
     *
     * @return array{action_source?: 'offline'}
     */
    private static function source(array $facts, array $context): array
    {
        return $context === [] && !$facts['is_online'] ? ['action_source' => 'offline'] : [];
    }

    /**
     * `items`: the lines after discounts, before tax and shipping (the amount Pinterest prefers,
     * docs/wire-contract.md#custom-data); `items_tax`: the same with tax; `total`: what the visitor paid, with tax,
     * shipping and fees.
     *
     * Lines are rounded as the shop's own books round them: one by one, or once at the end.
     */
    private static function value(array $facts, Settings $settings): Decimal
    {
        if ($settings->value === 'total') {
            return Decimal::of($facts['total'])->rounded($facts['decimals']);
        }
        $sum = Decimal::zero();
        foreach ($facts['items'] as $line) {
            $worth = Line::worth($line, $settings);
            $sum = $sum->plus($facts['round_at_subtotal'] ? $worth : $worth->rounded($facts['decimals']));
        }
        return $sum->rounded($facts['decimals']);
    }

    /**
     * The buyer by the billing address: the delivery may go to somebody else.
     *
     * @return array<string, string>
     */
    private static function person(array $facts): array
    {
        return [
            'email' => $facts['billing']['email'],
            'phone' => $facts['billing']['phone'],
            'first_name' => $facts['billing']['first_name'],
            'last_name' => $facts['billing']['last_name'],
            'city' => $facts['billing']['city'],
            'state' => $facts['billing']['state'],
            'postcode' => $facts['billing']['postcode'],
            'country' => $facts['billing']['country'],
            'external_id' => $facts['customer_id'] > 0 ? (string) $facts['customer_id'] : '',
        ];
    }
}
