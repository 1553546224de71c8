<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * The event id of an order: the same for ever, on every page and in every process, and not to be guessed from the
 * order's number.
 *
 * WooCommerce's order key is in it because numbers are given twice: where a database was restored from a backup, the
 * next orders have the numbers of those that were lost. Pinterest has these already, and would not take the new ones.
 * Pure.
 */
final class EventId
{
    /**
     * @param string $orderKey random, and the order's own from its first moment
     * @param string $secret   the install secret (option pinrelay_secret)
     * @return string 32 hex digits
     */
    public static function ofOrder(
        int $orderId,
        #[\SensitiveParameter]
        string $orderKey,
        #[\SensitiveParameter]
        string $secret,
    ): string {
        return substr(hash_hmac('sha256', "order:{$orderId}:{$orderKey}", $secret), 0, 32);
    }
}
