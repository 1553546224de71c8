<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * Decides whether an order is a purchase that the shop reports to Pinterest. Pure: the order comes as plain facts.
 *
 * Imports, point of sale, marketplaces and split orders fire the same hooks by the thousand, so an order counts only
 * when the shop's own checkout made it, or the owner chose its kind; after the plugin was activated; and when its
 * payment method says so. One that a customer was seen placing or paying in his own browser is his, whoever made it: a
 * quote written by hand and paid by the link in the e-mail is a sale on the web.
 */
final class Acceptance
{
    /** Statuses of an order that was never placed, or is no sale any more. */
    private const NO_SALE = ['cancelled', 'failed', 'refunded', 'trash', 'checkout-draft', 'auto-draft', 'draft'];

    /**
     * WooCommerce calls a cash-on-delivery order paid as soon as it is processing (docs/woocommerce-hooks.md#payment);
     * the cash comes later.
     */
    private const PAID_ONLY_WHEN_COMPLETED = ['cod'];

    /**
     * @param array{
     *   status: string, created_via: string, parent_id: int, payment_method: string,
     *   is_paid: bool, date_paid: ?int, date_created: ?int
     * } $order status without the wc- prefix; dates in unix seconds
     * @param int  $activatedAt unix seconds; older orders are not the plugin's
     * @param bool $isSeen      whether a customer was seen placing or paying it
     * @param bool $hasWaited   whether a status that holds the order has held it for long enough
     */
    public static function isPurchase(
        array $order,
        Settings $settings,
        int $activatedAt,
        bool $isSeen = false,
        bool $hasWaited = false,
    ): bool {
        return !self::isUncountedRenewal($order, $settings)
            && ($isSeen || self::isOwn($order, $settings, $activatedAt))
            && self::isSale($order['status'], $settings)
            && ($hasWaited || !self::isHeld($order['status'], $settings))
            && ($settings->countsWhen($order['payment_method']) === 'placed'
                ? $order['status'] !== 'pending'
                : self::isPaid($order, $settings));
    }

    /** Whether it is of a kind that the owner counts, made since activation. */
    public static function isOwn(array $order, Settings $settings, int $activatedAt): bool
    {
        return OrderSource::isCounted($order['created_via'], $settings->orderSources)
            && $order['parent_id'] === 0
            && $order['date_created'] !== null
            && $order['date_created'] >= $activatedAt;
    }

    /** A renewal, which counts by its own setting alone: also where the customer pays it himself at the checkout. */
    public static function isUncountedRenewal(array $order, Settings $settings): bool
    {
        return OrderSource::of($order['created_via']) === OrderSource::RENEWAL
            && !in_array(OrderSource::RENEWAL, $settings->orderSources, true);
    }

    /**
     * Whether it is of no kind that is known, so that it counts once its customer was seen (OrderHooks::seen()). Part
     * of another order it is not: marketplaces split what one customer has bought.
     */
    public static function isOfUnknownSource(array $order, Settings $settings, int $activatedAt): bool
    {
        return OrderSource::of($order['created_via']) === OrderSource::UNKNOWN
            && !self::isOwn($order, $settings, $activatedAt)
            && $order['parent_id'] === 0
            && ($order['date_created'] ?? 0) >= $activatedAt;
    }

    /** Whether an order in this status is, or may become, a sale. What is not is withdrawn before delivery. */
    public static function isSale(string $status, Settings $settings): bool
    {
        return !in_array($status, self::NO_SALE, true) && $settings->statusMeans($status) !== Settings::NO_SALE;
    }

    /** Whether an order in this status may be paid and still change, as while offers are added to it. */
    public static function isHeld(string $status, Settings $settings): bool
    {
        return $settings->statusMeans($status) === Settings::WAITING;
    }

    /** Whether the money of this payment method comes with the goods. */
    public static function isPaidOnCompletion(string $paymentMethod): bool
    {
        return in_array($paymentMethod, self::PAID_ONLY_WHEN_COMPLETED, true);
    }

    private static function isPaid(array $order, Settings $settings): bool
    {
        if ($settings->statusMeans($order['status']) === Settings::PAID) {
            return true;
        }
        if (self::isPaidOnCompletion($order['payment_method'])) {
            return $order['status'] === 'completed';
        }
        return $order['is_paid'] || $order['date_paid'] !== null;
    }
}
