<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * Remembers paid orders that nobody counts, because neither their maker is known nor a customer was seen with them, so
 * that the owner sees their source by name and can have it count.
 *
 * Bounded, since an import makes orders by the thousand: so many sources, and so many orders of each, for as long as
 * Pinterest takes a sale.
 */
final class UnknownSources
{
    public const OPTION = 'pinrelay_unknown_sources';

    public const SECONDS = 7 * 86400;
    /** Beyond these "at least" is true. */
    public const MOST_ORDERS = 50;
    private const MOST_SOURCES = 20;

    public function add(string $createdVia, int $orderId, int $now): void
    {
        $known = $this->stored();
        $next = self::with($known, $createdVia, $orderId, $now);
        if ($next !== $known) {
            update_option(self::OPTION, $next, false);
        }
    }

    /** One of them counts after all: its customer was seen, or the owner counts its source. */
    public function forget(string $createdVia, int $orderId): void
    {
        $known = $this->stored();
        if (isset($known[$createdVia][$orderId])) {
            unset($known[$createdVia][$orderId]);
            update_option(self::OPTION, array_filter($known), false);
        }
    }

    public function forgetSource(string $createdVia): void
    {
        update_option(self::OPTION, array_diff_key($this->stored(), [$createdVia => true]), false);
    }

    /** @return array<string, list<int>> order ids by source, of the last days */
    public function recent(int $now): array
    {
        return array_map(
            static fn (array $orders): array => array_map('intval', array_keys($orders)),
            self::pruned($this->stored(), $now),
        );
    }

    /**
     * Pure.
     *
     * @param array<string, array<int, int>> $known when, by order, by source
     * @return array<string, array<int, int>>
     */
    public static function with(array $known, string $createdVia, int $orderId, int $now): array
    {
        $orders = $known[$createdVia] ?? [];
        $fresh = self::pruned($known, $now);
        $isFull = count($fresh[$createdVia] ?? []) >= self::MOST_ORDERS
            || (!isset($fresh[$createdVia]) && count($fresh) >= self::MOST_SOURCES);
        if (isset($orders[$orderId]) || $isFull) {
            return $known;
        }
        $fresh[$createdVia][$orderId] = $now;
        return $fresh;
    }

    /**
     * @param array<string, array<int, int>> $known
     * @return array<string, array<int, int>>
     */
    private static function pruned(array $known, int $now): array
    {
        return array_filter(array_map(static fn (mixed $orders): array => array_filter(
            is_array($orders) ? $orders : [],
            static fn (mixed $at): bool => (int) $at > $now - self::SECONDS,
        ), $known));
    }

    /** @return array<string, array<int, int>> */
    private function stored(): array
    {
        $stored = get_option(self::OPTION, []);
        return is_array($stored) ? $stored : [];
    }
}
