<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * A page as the event `page_visit`, with the product where the page shows one.
 *
 * Without id, time and visitor: the page may come from a cache, so these are born in the browser. Without a value:
 * looking at a product moves no money, and Pinterest would add it up in its reports (docs/wire-contract.md#tag).
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class PageVisitEvent
{
    /**
     * @param array<string, mixed>|null $facts ProductFacts::of(), or null on a page of no product
     * @return array<string, mixed>
     */
    public static function map(?array $facts, Settings $settings): array
    {
        $item = $facts === null ? null : Line::item($facts, $facts['decimals'], $settings);

        return ['event_name' => 'page_visit'] + ($item === null ? [] : [
            'currency' => $facts['currency'],
            'items' => [$item],
        ]);
    }
}
