<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * The events that a page shows, as it carries them through a cache and back: JSON, signed, so that prices and names in
 * them are the shop's own words even when a browser hands them in. A cache may keep them for long: each month (UTC) has
 * a key of its own, and the keys of the last three are accepted. Pure.
 */
final class PageFacts
{
    /** Months, the present one among them. */
    private const ACCEPTED = 3;

    /** The key that the months' keys are made of, derived so that the file which holds it cannot sign anything else of the plugin. */
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
     * @param array<string, mixed> $event as in pinrelay.stub.php, without id, time and visitor
     * @return array{facts: string, signature: string}
     */
    public static function write(array $event, #[\SensitiveParameter] string $key, int $now): array
    {
        $facts = self::json($event);
        return ['facts' => $facts, 'signature' => self::sign($facts, $key, self::month($now))];
    }

    /** @return ?array<string, mixed> null for what this shop has not signed, or too long ago */
    public static function read(
        string $facts,
        string $signature,
        #[\SensitiveParameter]
        string $key,
        int $now,
    ): ?array {
        // The clock of the web server that made the page may be a little ahead.
        $newest = self::month($now) + 1;
        for ($month = $newest; $month >= $newest - self::ACCEPTED; --$month) {
            if (hash_equals(self::sign($facts, $key, $month), $signature)) {
                $event = json_decode($facts, true, 8);
                return is_array($event) ? $event : null;
            }
        }
        return null;
    }

    /**
     * What lets a page send events by pinrelay.track(), of which nothing else is signed.
     *
     * @param list<string> $names
     * @return array{facts: string, signature: string}
     */
    public static function permit(array $names, #[\SensitiveParameter] string $key, int $now): array
    {
        return self::write(['track' => $names], $key, $now);
    }

    /** @return list<string> names that a page with this permit may send */
    public static function permitted(
        mixed $facts,
        mixed $signature,
        #[\SensitiveParameter]
        string $key,
        int $now,
    ): array {
        $isText = is_string($facts) && is_string($signature);
        $names = $isText ? (self::read($facts, $signature, $key, $now)['track'] ?? null) : null;
        return is_array($names) ? array_values(array_filter($names, 'is_string')) : [];
    }

    private static function month(int $now): int
    {
        return 12 * (int) gmdate('Y', $now) + (int) gmdate('n', $now);
    }

    /** Half of it is plenty for a signature that protects page views, and cacheable pages carry it. */
    private static function sign(string $facts, #[\SensitiveParameter] string $key, int $month): string
    {
        return substr(hash_hmac('sha256', $facts, hash_hmac('sha256', "month {$month}", $key)), 0, 32);
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
