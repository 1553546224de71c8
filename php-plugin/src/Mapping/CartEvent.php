<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * What lies in the cart, as an event about all of it: `initiate_checkout`. It is never a `checkout`, which is a
 * completed order (docs/wire-contract.md#event-names).
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class CartEvent
{
    /**
     * @param list<array<string, mixed>> $lines ProductFacts::of() of each item of the cart
     * @return array<string, mixed> without id, time and visitor
     */
    public static function map(string $eventName, array $lines, Settings $settings): array
    {
        $items = [];
        $value = Decimal::zero();
        $decimals = (int) ($lines[0]['decimals'] ?? 2);
        foreach ($lines as $facts) {
            $item = Line::item($facts, $decimals, $settings);
            if ($item !== null) {
                $items[] = $item;
                $value = $value->plus(Line::worth($facts, $settings)->rounded($decimals));
            }
        }
        return ['event_name' => $eventName] + array_filter([
            'currency' => $lines[0]['currency'] ?? '',
            'value' => $value->isPositive() ? (string) $value : '',
            'items' => $items,
        ]);
    }
}
