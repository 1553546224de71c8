<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Consent\Consent;

/**
 * Distinguishes the browser that placed an order from everybody else who opens its order-received page: the merchant,
 * somebody with the link from the e-mail, a scanner. Signed, so it cannot be made up; HttpOnly, so no script reads it.
 *
 * Not WooCommerce's session: that ends with the cart, and on block themes a guest's own session no longer opens the
 * page after ten minutes.
 */
final class BuyerCookie
{
    public const NAME = 'pinrelay_buyer';

    private const SECONDS = 2 * 86400;

    /** Orders of one browser that may wait for their order-received page at once. */
    private const MOST_ORDERS = 5;

    /** @param string $secret the install secret (option pinrelay_secret) */
    public function __construct(
        #[\SensitiveParameter]
        private readonly string $secret,
        private readonly Consent $consent,
    ) {
    }

    public function giveAtClassicCheckout(mixed $id, mixed $posted = null, mixed $order = null): void
    {
        $this->give($order ?? wc_get_order($id));
    }

    /** Whether this request's browser placed the order. */
    public function holds(int $orderId): bool
    {
        return in_array($orderId, $this->orders(), true);
    }

    /** @return list<int> orders of the last two days that this request's browser placed, newest first */
    public function orders(): array
    {
        return self::read($this->given(), $this->secret, time());
    }

    /** @return list<int> orders of a browser that brought this cookie at that time, in unix seconds */
    public function ordersOf(string $cookie, int $at): array
    {
        return self::read($cookie, $this->secret, $at);
    }

    /** Forgets them, for a visitor who takes his consent back. */
    public function drop(): void
    {
        $this->set('', 1);
    }

    /** Notes that this request's browser placed the order. */
    public function give(mixed $order): bool
    {
        $isFor = $order instanceof \WC_Order && Requester::isCustomerOf($order);
        if (!$isFor || headers_sent() || !$this->consent->isGiven()) {
            return false;
        }
        $expires = time() + self::SECONDS;
        $others = array_diff($this->orders(), [$order->get_id()]);
        return $this->set(self::write([$order->get_id(), ...$others], $expires, $this->secret), $expires);
    }

    private function set(string $value, int $expires): bool
    {
        return Cookie::set(self::NAME, $value, $expires, isForScripts: false);
    }

    /**
     * @param list<int> $orderIds newest first; the oldest give way
     * @param int $expires unix seconds
     */
    public static function write(array $orderIds, int $expires, #[\SensitiveParameter] string $secret): string
    {
        $said = implode('-', array_slice($orderIds, 0, self::MOST_ORDERS)) . '.' . $expires;
        return $said . '.' . self::sign($said, $secret);
    }

    /** @return list<int> order ids, none when the cookie is forged, broken or old */
    public static function read(string $cookie, #[\SensitiveParameter] string $secret, int $now): array
    {
        if (preg_match('/^(([0-9]+(?:-[0-9]+)*)\.([0-9]+))\.([0-9a-f]{64})$/D', $cookie, $part) !== 1) {
            return [];
        }
        return hash_equals(self::sign($part[1], $secret), $part[4]) && $now < (int) $part[3]
            ? array_map('intval', explode('-', $part[2]))
            : [];
    }

    private static function sign(string $said, #[\SensitiveParameter] string $secret): string
    {
        return hash_hmac('sha256', 'buyer:' . $said, $secret);
    }

    private function given(): string
    {
        return Cookie::read(self::NAME);
    }
}
