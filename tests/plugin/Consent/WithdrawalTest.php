<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Consent;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Consent\Withdrawal;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Storefront\Site;

/** A browser that takes consent back stops its own orders, and nobody else's. */
final class WithdrawalTest extends TestCase
{
    private Rig $rig;
    private Withdrawal $withdrawal;

    protected function setUp(): void
    {
        Rig::reset();
        Site::visit();
        $this->rig = new Rig(['consent' => Consent::FILTER]);
        $consent = new Consent($this->rig->store->settings());
        $buyer = new BuyerCookie($this->rig->state->secret(), $consent, new Guard());
        $this->withdrawal = new Withdrawal($consent, $buyer, $this->rig->hooks, new Guard());
        foreach ([71, 72] as $id) {
            $order = new \WC_Order(['id' => $id, 'status' => 'pending']);
            $_COOKIE[Consent::COOKIE] = '1';
            do_action('woocommerce_checkout_order_processed', $id, [], $order);
            $order->data['status'] = 'processing';
            do_action('woocommerce_payment_complete', $id);
        }
    }

    protected function tearDown(): void
    {
        $_COOKIE = [];
    }

    private function heed(string $answer): void
    {
        $_COOKIE = [
            Consent::COOKIE => $answer,
            BuyerCookie::NAME => BuyerCookie::write([71], time() + 60, $this->rig->state->secret()),
        ];
        $this->withdrawal->heed();
    }

    public function testItTakesThisBrowsersOrdersBackAndForgetsThem(): void
    {
        $this->heed('0');
        self::assertSame([$this->rig->row(71)->eventId], Relay::$withdrawn);
        self::assertSame('refused', $this->rig->row(71)->consent);
        self::assertSame('granted', $this->rig->row(72)->consent);
        self::assertSame('', Site::$cookies[BuyerCookie::NAME]['value']);
    }

    public function testSomebodyWhoStillAgreesTakesNothingBack(): void
    {
        $this->heed('1');
        self::assertSame([], Relay::$withdrawn);
        self::assertSame([], Site::$cookies);
    }

    public function testWithoutTheSignedCookieNothingIsTakenBack(): void
    {
        $_COOKIE = [Consent::COOKIE => '0', BuyerCookie::NAME => '71.9999999999.' . str_repeat('0', 64)];
        $this->withdrawal->heed();
        self::assertSame([], Relay::$withdrawn);
    }
}
