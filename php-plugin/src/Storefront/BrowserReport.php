<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Routes;

/**
 * POST pinrelay/v1/browser: the page of an order reports what became of its browser half, `fired` or `blocked`, so that
 * a purchase which misses the first hour is known to be covered or not, and the owner's figures know.
 *
 * Signed for one order, so nobody can speak for another one; who has the token got the browser half (Claim). The worst
 * that he can do with it is to lie about his own.
 */
final class BrowserReport
{
    public function __construct(
        private readonly OutboxTransitions $outbox,
        #[\SensitiveParameter]
        private readonly string $secret,
    ) {
    }

    /** Where reports go, and the token that one for this order needs. @return array{report: string, token: string} */
    public function invite(int $orderId): array
    {
        return [
            'report' => Routes::address(Routes::BROWSER),
            'token' => $orderId . '.' . $this->sign($orderId),
        ];
    }

    /** @return int HTTP status: 204 noted or known already, 400 not understood, 403 not signed by this shop */
    public function take(string $body): int
    {
        $said = strlen($body) <= 1000 ? json_decode($body, true, 2) : null;
        $word = is_array($said) ? ($said['browser'] ?? null) : null;
        $token = is_array($said) ? ($said['token'] ?? null) : null;
        if (!in_array($word, [OutboxRow::FIRED, OutboxRow::BLOCKED], true) || !is_string($token)) {
            return 400;
        }
        if (preg_match('/^([1-9][0-9]{0,18})\.([0-9a-f]{64})$/D', $token, $part) !== 1) {
            return 403;
        }
        if (!hash_equals($this->sign((int) $part[1]), $part[2])) {
            return 403;
        }
        $this->outbox->browser((int) $part[1], $word);
        return 204;
    }

    private function sign(int $orderId): string
    {
        return hash_hmac('sha256', 'browser:' . $orderId, $this->secret);
    }
}
