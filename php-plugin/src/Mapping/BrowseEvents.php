<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * What a list of products shows: the events `view_category` and `search`. Without id, time and visitor, like
 * PageVisitEvent, and for the same reason.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class BrowseEvents
{
    /**
     * @param string $name of the category, tag or shop page
     * @return array<string, mixed>
     */
    public static function category(string $name): array
    {
        return array_filter([
            'event_name' => 'view_category',
            'content_category' => Text::plain($name),
        ]);
    }

    /**
     * @param string $terms as typed. What holds an e-mail address is left out: some look for themselves
     * @return array<string, mixed>
     */
    public static function search(string $terms): array
    {
        return array_filter([
            'event_name' => 'search',
            'search_string' => str_contains($terms, '@') ? '' : Text::plain($terms),
        ]);
    }
}
