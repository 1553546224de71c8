<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Mapping\Text;

/**
 * What a browser may say about an event of `pinrelay.track`: words and the ids of products, and nothing that is money.
 * `value`, `currency` and prices are dropped without a fault, on both halves alike, since anybody can open a console;
 * an event that is worth something is told by the shop's own code with the action `pinrelay_track`. Pure.
 */
final class TrackedData
{
    /** Fields of the event array, and how many characters each may have. */
    private const WORDS = [
        'search_string' => 200,
        'content_name' => 200,
        'content_category' => 200,
        'content_brand' => 200,
        'lead_type' => 100,
        'video_title' => 200,
        'property' => 100,
    ];

    private const MOST_PRODUCTS = 50;
    private const LONGEST_ID = 100;

    /**
     * @return array<string, mixed> fields of the event array of pinrelay.stub.php
     */
    public static function clean(mixed $data): array
    {
        if (!is_array($data)) {
            return [];
        }
        $event = [];
        foreach (self::WORDS as $field => $longest) {
            $word = self::word($data[$field] ?? null, $longest);
            // A form's field may hand its visitor's address over as the type of the lead.
            if ($word !== '' && !str_contains($word, '@')) {
                $event[$field] = $word;
            }
        }
        $ids = is_array($data['product_ids'] ?? null) ? $data['product_ids'] : [$data['product_ids'] ?? null];
        foreach (array_slice($ids, 0, self::MOST_PRODUCTS) as $id) {
            $id = self::word($id, self::LONGEST_ID);
            if ($id !== '') {
                $event['items'][] = ['id' => $id];
            }
        }
        return $event;
    }

    private static function word(mixed $value, int $longest): string
    {
        // Not mb_substr(): outside WordPress nobody stands in where a host has no mbstring.
        preg_match('/^.{0,' . $longest . '}/su', is_scalar($value) ? Text::plain((string) $value) : '', $cut);
        return $cut[0] ?? '';
    }
}
