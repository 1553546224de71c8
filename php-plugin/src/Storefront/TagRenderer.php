<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\ListedCurrency;
use Pinrelay\WooCommerce\Mapping\UsState;

/**
 * The `pintrk` calls of the events this plugin makes, where the extension is not there to render them.
 * docs/wire-contract.md#tag.
 *
 * The same as Receipt->tagCalls, which a test compares, with one deliberate difference: of the match keys only `em`
 * and `external_id` are here. Those two can be normalised in a line that is certain to agree with the extension.
 * Phone, names and places cannot without tables and Unicode rules that would have to be kept twice, and a key that
 * hashes to something else than on the server joins nobody.
 *
 * For event arrays of Mapping, whose texts are clean and whose amounts are positive decimals. Pure.
 */
final class TagRenderer
{
    /** The extension sends as many; an order of more still counts all its items. */
    private const MOST_LINES = 500;

    /** What Pinterest's tag calls the parts of an item. */
    private const LINE = [
        'id' => 'product_id',
        'name' => 'product_name',
        'category' => 'product_category',
        'brand' => 'product_brand',
        'variant' => 'product_variant',
        'price' => 'product_price',
        'quantity' => 'product_quantity',
    ];

    /**
     * @param array<string, mixed> $event as in pinrelay.stub.php
     * @return list<array<mixed>> argument lists for pintrk(), in order
     */
    public static function calls(array $event): array
    {
        $user = $event['user'] ?? [];
        $keys = self::matchKeys($user) + (empty($event['ldp']) ? [] : self::limits($user));
        return [...($keys === [] ? [] : [['set', $keys]]), self::track($event)];
    }

    /**
     * The `track` call alone, for pages and cookies that may hold nothing of the visitor. An event without an id (one
     * in cacheable HTML) gets it in the browser.
     *
     * @param array<string, mixed> $event
     * @return array{string, string, array<string, mixed>}
     */
    public static function track(array $event): array
    {
        $event = isset($event['currency']) ? ListedCurrency::only($event) : $event;
        $items = $event['items'] ?? [];
        $lines = array_map(self::line(...), array_slice($items, 0, self::MOST_LINES));
        if ($items === [] && $event['event_name'] === 'view_category' && isset($event['content_category'])) {
            $lines = [['product_category' => $event['content_category']]];
        }
        $data = [
            'event_id' => $event['event_id'] ?? null,
            'value' => isset($event['value']) ? self::number($event['value']) : null,
            'currency' => $event['currency'] ?? null,
            'order_id' => $event['order_id'] ?? null,
            'order_quantity' => $items === [] ? null : array_sum(array_map(self::quantity(...), $items)),
            'promo_code' => $event['coupon'] ?? null,
            'search_query' => $event['search_string'] ?? null,
            'lead_type' => $event['lead_type'] ?? null,
            'video_title' => $event['video_title'] ?? null,
            'property' => $event['property'] ?? null,
            'line_items' => $lines === [] ? null : $lines,
        ];
        return [
            'track',
            str_replace('_', '', (string) $event['event_name']),
            array_filter($data, static fn (mixed $part): bool => $part !== null),
        ];
    }

    /**
     * @param array<string, string|int> $item
     * @return array<string, string|int|float>
     */
    private static function line(array $item): array
    {
        $line = [];
        foreach (self::LINE as $ours => $theirs) {
            if (isset($item[$ours])) {
                $line[$theirs] = $ours === 'price' ? self::number($item[$ours]) : $item[$ours];
            }
        }
        return $line + ['product_quantity' => 1];
    }

    /** @param array<string, string|int> $item */
    private static function quantity(array $item): int
    {
        return (int) ($item['quantity'] ?? 1);
    }

    /**
     * @param array<string, mixed> $user
     * @return array<string, string> finished hashes, since Pinterest's library normalises less
     */
    private static function matchKeys(array $user): array
    {
        $text = static fn (string $key): string => is_scalar($user[$key] ?? null) ? trim((string) $user[$key]) : '';
        $email = $text('email');
        $outside = $text('external_id');
        return array_filter([
            'em' => filter_var($email, FILTER_VALIDATE_EMAIL) !== false && !str_contains($email, ' ')
                ? hash('sha256', strtolower($email))
                : '',
            'external_id' => preg_match('/^[0-9a-z-]{1,63}$/i', $outside) === 1
                ? hash('sha256', strtolower($outside))
                : '',
        ]);
    }

    /**
     * Limited data processing, which Pinterest applies together with the state it is for
     * (docs/wire-contract.md#consent). A state of the US is made two letters here as in the extension, and hashes the
     * same everywhere.
     *
     * @param array<string, mixed> $user
     * @return array<string, string>
     */
    private static function limits(array $user): array
    {
        $hash = static fn (string $text): string => hash('sha256', strtolower(trim($text)));
        return [
            'st' => $hash(UsState::code($user['state'] ?? '')),
            'country' => $hash((string) ($user['country'] ?? '')),
            'opt_out_type' => 'LDP',
        ];
    }

    /** A number, whole where the amount is: 20, not 20.0. */
    private static function number(string|int|float $amount): int|float
    {
        $float = (float) $amount;
        return floor($float) === $float ? (int) $float : $float;
    }
}
