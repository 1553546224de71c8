<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * The event id of an order: the same for ever, on every page and in every process, and not to be guessed from the
 * order's number. Pure.
 */
final class EventId
{
    /**
     * @param string $secret the install secret (option pinrelay_secret)
     * @return string 32 hex digits
     */
    public static function ofOrder(int $orderId, #[\SensitiveParameter] string $secret): string
    {
        return substr(hash_hmac('sha256', 'order:' . $orderId, $secret), 0, 32);
    }
}
