<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * Where an order came from, by the word that WooCommerce or a plugin left in `created_via`. Pure.
 */
final class OrderSource
{
    /** The shop's own checkouts, which always count. */
    public const OWN = ['checkout', 'store-api'];

    public const RENEWAL = 'subscription';
    /** Imports and marketplaces, which sign with their own name or none; and express buttons, which do the same. */
    public const UNKNOWN = 'other';

    /** What the owner may add: sales without the shop's checkout. */
    public const CHOICES = [self::RENEWAL, 'admin', 'pos', 'rest-api', self::UNKNOWN];

    /** Before the name of one source that the owner counts by that name. */
    public const NAMED = 'via:';

    /** How point-of-sale plugins sign their orders: WooCommerce's own, YITH's, Oliver's and the like. */
    private const POINT_OF_SALE = '/(^|[^a-z])pos([^a-z]|$)|point[ _-]?of[ _-]?sale/';

    /** @return string one of OWN or CHOICES */
    public static function of(string $createdVia): string
    {
        $word = strtolower(trim($createdVia));
        return match (true) {
            in_array($word, self::OWN, true), in_array($word, self::CHOICES, true) => $word,
            preg_match(self::POINT_OF_SALE, $word) === 1 => 'pos',
            default => self::UNKNOWN,
        };
    }

    /** @param list<string> $sources OWN, and what the owner added: CHOICES, and names after NAMED */
    public static function isCounted(string $createdVia, array $sources): bool
    {
        return in_array(self::of($createdVia), $sources, true) || in_array(self::named($createdVia), $sources, true);
    }

    /** How the owner's choice of one source is written. */
    public static function named(string $createdVia): string
    {
        return self::NAMED . strtolower(trim($createdVia));
    }

    /** Whether the customer's own browser made orders of this kind, so that they are conversions on the web. */
    public static function isOnline(string $createdVia): bool
    {
        return in_array(self::of($createdVia), self::OWN, true);
    }
}
