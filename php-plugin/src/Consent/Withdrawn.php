<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

use Pinrelay\WooCommerce\Storefront\VisitorId;

/**
 * The browsers that took their consent back lately, by the digest of their id. Not every cart that such a browser has
 * filled can be told: collect.php has no database, and a cart of a Cart-Token is not that of the cookie. Whoever finds
 * a visitor kept with a cart (Storefront\CartVisitor) therefore asks here. A browser that agrees anew has another id.
 */
final class Withdrawn
{
    public const OPTION = 'pinrelay_withdrawn';

    /** Carts' sessions are over by then. */
    private const SECONDS = 30 * 86400;
    private const MOST = 1000;

    public static function add(string $visitor, int $now): void
    {
        $known = array_filter(self::known(), static fn (mixed $at): bool => (int) $at > $now - self::SECONDS);
        unset($known[VisitorId::digest($visitor)]);
        $known[VisitorId::digest($visitor)] = $now;
        update_option(self::OPTION, array_slice($known, -self::MOST, null, true), false);
    }

    public static function has(string $visitor): bool
    {
        return $visitor !== '' && isset(self::known()[VisitorId::digest($visitor)]);
    }

    /** @return array<string, mixed> when, by digest; the latest last */
    private static function known(): array
    {
        $known = get_option(self::OPTION, []);
        return is_array($known) ? $known : [];
    }
}
