<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * What is fixed about a sale when its order is accepted: the value, the items, the currency and whatever else the event
 * says of the sale itself. Kept with the order's row, it is what both halves say, and what each repetition says, though
 * the order is edited, a product is deleted, or the shop shows another currency meanwhile.
 *
 * Nothing of the buyer is in it, so it may be kept: who he is, and where he was, is read anew each time.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class FixedSale
{
    /** Parts of an event that are about the visitor, or that the row has in columns of its own. */
    private const NOT_OF_THE_SALE = [
        'event_id', 'event_time', 'event_source_url', 'language', 'opt_out', 'ldp', 'user', 'late_ok',
    ];

    /**
     * @param array<string, mixed> $event the extension's event array
     * @return array<string, mixed>
     */
    public static function of(array $event): array
    {
        return array_diff_key($event, array_flip(self::NOT_OF_THE_SALE));
    }

    /**
     * @param array<string, mixed> $event as the order reads now
     * @param array<string, mixed> $fixed as of() gave it; [] where nothing is fixed
     * @return array<string, mixed>
     */
    public static function applied(array $event, array $fixed): array
    {
        return $fixed === [] ? $event : array_intersect_key($event, array_flip(self::NOT_OF_THE_SALE)) + $fixed;
    }
}
