<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

use Pinrelay\WooCommerce\Collect\DropCount;

/**
 * Whether visits are lost because the shop sees a proxy's address in the place of its visitors', by what was
 * dropped and when a visitor with an address of his own was last seen. Pure.
 */
final class Addresses
{
    /** Every visitor's address is hidden. */
    public const ALL = 'all';
    /** Some are: some requests come through a proxy, or these are people of the shop's own network. */
    public const SOME = 'some';

    /** A proxy that was declared or taken away is forgotten after a day. */
    private const RECENT_SECONDS = 86400;
    /** A quiet shop's owner may for so long be the only visitor, from his own network. */
    private const ALONE_SECONDS = 6 * 3600;

    /**
     * @param array<string, array{count: int, last_at: int, by: array<string, int>}> $drops DropCount::read()
     * @param ?int $lastPassed DropCount::lastPassed()
     * @return self::ALL|self::SOME|null
     */
    public static function hidden(array $drops, ?int $lastPassed, int $now): ?string
    {
        $last = $drops[DropCount::PRIVATE_ADDRESS]['last_at'] ?? 0;
        return match (true) {
            $last < $now - self::RECENT_SECONDS => null,
            $lastPassed === null, $lastPassed < $last - self::ALONE_SECONDS => self::ALL,
            default => self::SOME,
        };
    }

    /**
     * Headers of the dropped visits that carried a public address, the most frequent first.
     *
     * @param array<string, array{count: int, last_at: int, by: array<string, int>}> $drops
     * @return list<string>
     */
    public static function headers(array $drops): array
    {
        $seen = array_keys($drops[DropCount::PRIVATE_ADDRESS]['by'] ?? []);
        return array_values(array_filter(
            array_map('strval', $seen),
            static fn (string $name): bool => !in_array($name, [DropCount::NO_HEADER, DropCount::OTHERS], true),
        ));
    }

    /** Plain text. @param list<string> $headers */
    public static function words(array $headers): string
    {
        $words = __(
            'Visits are dropped, because Pinterest cannot distinguish your visitors: your shop probably stands behind '
                . 'a proxy or load balancer and sees only its private address. Pinrelay reads no header of a proxy '
                . 'that you did not name, since anybody could write it.',
            'pinrelay',
        );
        return $words . ' ' . ($headers === [] ? __(
            'No usual header carried a visitor\'s address: please ask your host to have the proxy send one, such as '
                . 'X-Real-IP, and enter its name in the Pinrelay settings.',
            'pinrelay',
        ) : sprintf(
            /* translators: %s: names of HTTP headers */
            __(
                'A public address arrived in this header: %s. If your proxy sets it, please enter its name in the '
                    . 'Pinrelay settings under "Headers with the visitor\'s address".',
                'pinrelay',
            ),
            implode(', ', $headers),
        ));
    }
}
