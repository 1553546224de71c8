<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Settings\Settings;

/** Where an order came from and how far it got, taken out of WooCommerce's object as plain facts. */
final class OrderSnapshot
{
    /**
     * How plugins mark an order that renews a subscription: WooCommerce Subscriptions, YITH's and WP Swings'. Where the
     * customer pays one himself, the checkout signs it as its own.
     */
    private const RENEWALS = ['_subscription_renewal', 'is_a_renew', 'wps_sfw_renewal_order'];

    /**
     * @return array{
     *   status: string, created_via: string, parent_id: int, payment_method: string, is_paid: bool,
     *   date_paid: ?int, date_completed: ?int, date_created: ?int
     * } status without the wc- prefix; dates in unix seconds
     */
    public static function of(\WC_Order $order): array
    {
        return [
            'status' => (string) $order->get_status(),
            'created_via' => self::isRenewal($order) ? OrderSource::RENEWAL : (string) $order->get_created_via(),
            'parent_id' => (int) $order->get_parent_id(),
            'payment_method' => (string) $order->get_payment_method(),
            'is_paid' => (bool) $order->is_paid(),
            'date_paid' => self::time($order->get_date_paid()),
            'date_completed' => self::time($order->get_date_completed()),
            'date_created' => self::time($order->get_date_created()),
        ];
    }

    /**
     * When an accepted order became a purchase, as far as it still knows; for one that no hook told of. Pure.
     *
     * @param array<string, mixed> $snapshot as of() gives it
     */
    public static function acceptedAt(array $snapshot, Settings $settings, int $now): int
    {
        $method = $snapshot['payment_method'];
        $known = match (true) {
            $settings->countsWhen($method) === 'placed' => $snapshot['date_created'],
            // WooCommerce dates the payment of such an order at its placement (docs/woocommerce-hooks.md#payment).
            Acceptance::isPaidOnCompletion($method) => $snapshot['date_completed'],
            default => $snapshot['date_paid'],
        };
        return min($now, $known ?? $snapshot['date_completed'] ?? $snapshot['date_created'] ?? $now);
    }

    /**
     * Whether a status that holds the order has held it for as long as the owner waits, by the order's own dates. Pure.
     *
     * @param array<string, mixed> $snapshot as of() gives it
     */
    public static function hasWaited(array $snapshot, Settings $settings, int $now): bool
    {
        return self::acceptedAt($snapshot, $settings, $now) <= $now - 60 * $settings->waitMinutes;
    }

    private static function isRenewal(\WC_Order $order): bool
    {
        foreach (self::RENEWALS as $mark) {
            if (!in_array($order->get_meta($mark), ['', 'no', '0', false, null], true)) {
                return true;
            }
        }
        return false;
    }

    private static function time(mixed $date): ?int
    {
        return $date instanceof \DateTimeInterface ? $date->getTimestamp() : null;
    }
}
