<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * The events that a page shows, as it carries them through a cache and back: JSON, signed, so that prices and names in
 * them are the shop's own words even when a browser hands them in. They grow no older by being cached: the same facts
 * are as true for the next visitor. Pure.
 */
final class PageFacts
{
    /** The key that signs, derived so that the file which holds it cannot sign anything else of the plugin. */
    public static function key(#[\SensitiveParameter] string $secret): string
    {
        return hash_hmac('sha256', 'page facts', $secret);
    }

    /** Bytes. A browser hands in at most 8 KB, in which quotes take two. */
    private const LONGEST = 4000;

    /** Parts of an item that go first where an event is too long. */
    private const WORDS = ['name', 'category', 'brand', 'variant'];

    /**
     * The event short enough for its way, to be rendered for both halves: without words where they are long, and
     * without items where there are too many.
     *
     * @param array<string, mixed> $event
     * @return array<string, mixed>
     */
    public static function fit(array $event): array
    {
        if (strlen(self::json($event)) > self::LONGEST) {
            $event['items'] = array_map(
                static fn (array $item): array => array_diff_key($item, array_flip(self::WORDS)),
                $event['items'] ?? [],
            );
        }
        return strlen(self::json($event)) > self::LONGEST ? array_diff_key($event, ['items' => true]) : $event;
    }

    /**
     * @param array<string, mixed> $event as in relay.stub.php, without id, time and visitor
     * @return array{facts: string, signature: string}
     */
    public static function write(array $event, #[\SensitiveParameter] string $key): array
    {
        $facts = self::json($event);
        return ['facts' => $facts, 'signature' => self::sign($facts, $key)];
    }

    /** @return ?array<string, mixed> null for what this shop has not signed */
    public static function read(string $facts, string $signature, #[\SensitiveParameter] string $key): ?array
    {
        if (!hash_equals(self::sign($facts, $key), $signature)) {
            return null;
        }
        $event = json_decode($facts, true, 8);
        return is_array($event) ? $event : null;
    }

    /** Half of it is plenty for a signature that protects page views, and cacheable pages carry it. */
    private static function sign(string $facts, #[\SensitiveParameter] string $key): string
    {
        return substr(hash_hmac('sha256', $facts, $key), 0, 32);
    }

    /** @param array<string, mixed> $event */
    private static function json(array $event): string
    {
        return json_encode(
            $event,
            JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR,
        );
    }
}
