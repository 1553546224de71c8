<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

use Pinrelay\WooCommerce\Collect\Rate;
use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Storefront\CartVisitor;
use Pinrelay\WooCommerce\Storefront\UnansweredOrders;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Storefront\VisitorId;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * POST pinrelay/v1/consent: a browser says that its visitor has just changed his mind. Where he refuses now, his orders
 * of the last days are withdrawn as far as they have not been sent to Pinterest, and so is everything else that waits
 * in this server's spool under his browser's id. What another web server of the shop holds is sent: its spool is out of
 * reach, and visits, unlike orders, have no row in the database that could tell it.
 *
 * The request carries cookies, the refusal where the mode keeps it and the signed list of this browser's orders, and in
 * its body the browser's id, whose cookie is gone by then. The cookies are SameSite=Lax or set by a script of this shop
 * and the id is a secret of the browser's, so no other site can refuse in a visitor's name, and a nonce, which a cached
 * page could not hold, is not needed.
 */
final class Withdrawal
{
    /** A visitor's events are looked for in all that waits, so one of these counts as many events of an address. */
    public const WEIGHT = 30;

    public function __construct(
        private readonly Consent $consent,
        private readonly BuyerCookie $buyer,
        private readonly OrderHooks $orders,
        private readonly RelayFactory $relays,
        private readonly Visitor $visitor,
        private readonly Rate $rate,
        private readonly Guard $guard,
    ) {
    }

    /**
     * @param string $body JSON: {visitor: the value of the cookie pinrelay_vid}
     * @return int HTTP status
     */
    public function handle(string $body): int
    {
        if (!$this->rate->take($this->visitor->context()['ip'] ?? '', time(), self::WEIGHT)) {
            return 429;
        }
        if ($this->consent->isGiven()) {
            return 204;
        }
        $this->guard->run('visitor of the cart', CartVisitor::forget(...));
        // Orders that he placed before he answered are in no cookie.
        $unanswered = $this->guard->run('unanswered orders', UnansweredOrders::ids(...)) ?? [];
        $said = strlen($body) <= 1000 ? json_decode($body, true, 2) : null;
        $visitor = is_array($said) ? ($said['visitor'] ?? '') : '';
        $this->forget([...$this->buyer->orders(), ...$unanswered], $visitor);
        $this->buyer->drop();
        return 204;
    }

    /**
     * The same as collect.php took it (Collect\Inbox), which has asked for the consent.
     *
     * @param string $buyer the browser's cookie of that moment
     */
    public function refused(string $visitor, string $buyer, int $at): void
    {
        $this->forget($this->buyer->ordersOf($buyer, $at), $visitor);
    }

    /** @param list<int> $orders */
    private function forget(array $orders, mixed $visitor): void
    {
        array_map($this->orders->refuse(...), $orders);
        $id = VisitorId::read([VisitorId::COOKIE => $visitor]);
        if ($id !== '') {
            $this->guard->run('visitor of the cart', static fn () => Withdrawn::add($id, time()));
            $this->guard->run('withdrawal of visits', fn () => $this->withdraw($id));
        }
    }

    private function withdraw(string $visitor): void
    {
        $this->relays->relay()?->withdrawVisitor($visitor);
        foreach (array_map(strval(...), array_keys($this->relays->retired())) as $destination) {
            $this->relays->relayFor($destination)?->withdrawVisitor($visitor);
        }
    }
}
