<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * The orders that this browser placed before its visitor answered whether Pinterest may hear of them, so that he may
 * still agree, and nobody else for him: an order's key is in e-mails and links, and tells nobody's browser from others.
 *
 * In WooCommerce's session, which the shop needs anyway: before consent no cookie of ours may be set. Order numbers
 * alone, and they go with the session. A session that is lost leaves the order untold.
 */
final class UnansweredOrders
{
    private const KEY = 'pinrelay_unanswered';

    private const MOST = 5;

    /** @param bool $isBuyer whether this is the browser that placed it, for certain */
    public static function keep(int $orderId, bool $isBuyer): void
    {
        $session = CartVisitor::session();
        if ($session !== null) {
            $others = self::of($session);
            $isBuyer = $isBuyer || ($others[$orderId] ?? false);
            // WooCommerce copies a session for whoever has its token; the copy has another holder.
            $session->set(self::KEY, [
                'holder' => $session->get_customer_id(),
                'orders' => array_slice([$orderId => $isBuyer] + $others, 0, self::MOST, true),
            ]);
        }
    }

    /** Whether this browser placed the order for certain; null where it was not seen placing it at all. */
    public static function isBuyer(int $orderId): ?bool
    {
        return self::of(CartVisitor::openSession())[$orderId] ?? null;
    }

    /** @return list<int> newest first */
    public static function ids(): array
    {
        return array_keys(self::of(CartVisitor::openSession()));
    }

    /** @return array<int, bool> by order, whether this browser placed it for certain */
    private static function of(?\WC_Session $session): array
    {
        $kept = $session?->get(self::KEY);
        $isOwn = is_array($kept) && ($kept['holder'] ?? null) === $session->get_customer_id();
        return $isOwn && is_array($kept['orders'] ?? null) ? array_filter($kept['orders'], 'is_bool') : [];
    }
}
