<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;

/**
 * POST pinrelay/v1/consent: a browser says that its shopper has just changed his mind. Where he refuses now, his orders
 * of the last days are taken back as far as Pinterest has not been told of them.
 *
 * The request carries nothing but cookies: the refusal where the mode keeps it, and the signed list of this browser's
 * orders. Both are SameSite=Lax or set by a script of this shop, so no other site can refuse in a shopper's name, and a
 * nonce, which a cached page could not hold, is not needed.
 */
final class Withdrawal
{
    public function __construct(
        private readonly Consent $consent,
        private readonly BuyerCookie $buyer,
        private readonly OrderHooks $orders,
    ) {
    }

    /** @return int HTTP status */
    public function heed(): int
    {
        if (!$this->consent->isGiven()) {
            array_map($this->orders->refuse(...), $this->buyer->orders());
            $this->buyer->drop();
        }
        return 204;
    }
}
