<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * One successful add to the cart as the event `add_to_cart`: the quantity added by this click, not what the cart holds.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class AddToCartEvent
{
    /**
     * @param array<string, mixed> $facts ProductFacts::of() of the product as it lies in the cart
     * @param array<string, mixed> $context Visitor::context()
     * @param int $eventTime unix seconds
     * @return array<string, mixed>
     */
    public static function map(
        array $facts,
        array $context,
        string $eventId,
        int $eventTime,
        Settings $settings,
    ): array {
        $item = Line::item($facts, $facts['decimals'], $settings);
        $value = Line::worth($facts, $settings)->rounded($facts['decimals']);

        return [
            'event_name' => 'add_to_cart',
            'event_id' => $eventId,
            'event_time' => $eventTime,
        ] + Visit::part($context) + array_filter([
            'currency' => $facts['currency'],
            'value' => $value->isPositive() ? (string) $value : '',
            'items' => $item === null ? [] : [$item],
        ]);
    }
}
