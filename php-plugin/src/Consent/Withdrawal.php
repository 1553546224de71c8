<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Support\Guard;

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
    private const SPACE = 'pinrelay/v1';
    private const ROUTE = '/consent';

    public function __construct(
        private readonly Consent $consent,
        private readonly BuyerCookie $buyer,
        private readonly OrderHooks $orders,
        private readonly Guard $guard,
    ) {
    }

    public function register(): void
    {
        add_action('rest_api_init', $this->guard->action('route of consent', function (): void {
            register_rest_route(self::SPACE, self::ROUTE, [
                'methods' => 'POST',
                'callback' => function (): \WP_REST_Response {
                    $this->guard->run('consent taken back', $this->heed(...));
                    return new \WP_REST_Response(null, 204);
                },
                'permission_callback' => '__return_true',
            ]);
        }));
    }

    public static function address(): string
    {
        return rest_url(self::SPACE . self::ROUTE);
    }

    public function heed(): void
    {
        if ($this->consent->isGiven()) {
            return;
        }
        foreach ($this->buyer->orders() as $orderId) {
            $this->orders->refuse($orderId);
        }
        $this->buyer->drop();
    }
}
