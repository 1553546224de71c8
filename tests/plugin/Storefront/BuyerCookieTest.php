<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Tests\Support\Listener;

final class BuyerCookieTest extends TestCase
{
    private const SECRET = 'a secret of this shop';
    private const NOW = 1795000000;

    protected function setUp(): void
    {
        Site::visit();
    }

    private static function buyer(string $mode = Consent::OFF): BuyerCookie
    {
        return new BuyerCookie(self::SECRET, new Consent(new Settings(consent: $mode)));
    }

    public function testItSaysWhichOrdersAreThisBrowsers(): void
    {
        $cookie = BuyerCookie::write([12, 7], self::NOW + 10, self::SECRET);
        self::assertSame([12, 7], BuyerCookie::read($cookie, self::SECRET, self::NOW));
    }

    public function testItEnds(): void
    {
        $cookie = BuyerCookie::write([12], self::NOW, self::SECRET);
        self::assertSame([], BuyerCookie::read($cookie, self::SECRET, self::NOW));
    }

    public function testItCannotBeMadeUp(): void
    {
        $cookie = BuyerCookie::write([12], self::NOW + 10, self::SECRET);
        $forged = [
            str_replace('12.', '13.', $cookie),
            str_replace((string) (self::NOW + 10), (string) (self::NOW + 99), $cookie),
            BuyerCookie::write([12], self::NOW + 10, 'another secret'),
            substr($cookie, 0, -1),
            $cookie . "\n",
            '12.' . (self::NOW + 10) . '.',
            '', '.', '12',
        ];
        foreach ($forged as $text) {
            self::assertSame([], BuyerCookie::read($text, self::SECRET, self::NOW), $text);
        }
    }

    public function testTheLastFiveOrdersStay(): void
    {
        $cookie = BuyerCookie::write([9, 8, 7, 6, 5, 4], self::NOW + 10, self::SECRET);
        self::assertSame([9, 8, 7, 6, 5], BuyerCookie::read($cookie, self::SECRET, self::NOW));
    }

    public function testPlacingAnOrderGivesTheCookieToScriptsUnreadable(): void
    {
        Listener::add(self::buyer());
        do_action('woocommerce_checkout_order_processed', 12, [], new \WC_Order(['id' => 12]));
        $cookie = Site::$cookies['pinrelay_buyer'];
        self::assertSame([true, true, 'Lax', '/'], [
            $cookie['httponly'], $cookie['secure'], $cookie['samesite'], $cookie['path'],
        ]);

        Site::visit(cookies: ['pinrelay_buyer' => $cookie['value']]);
        $buyer = self::buyer();
        self::assertTrue($buyer->holds(12));
        self::assertFalse($buyer->holds(13));

        Listener::add($buyer);
        do_action('woocommerce_checkout_order_processed', 13, [], new \WC_Order(['id' => 13]));
        Site::visit(cookies: ['pinrelay_buyer' => Site::$cookies['pinrelay_buyer']['value']]);
        self::assertTrue(self::buyer()->holds(12), 'the order before stays');
        self::assertTrue(self::buyer()->holds(13));
    }

    public function testWithoutConsentThereIsNoCookie(): void
    {
        Listener::add(self::buyer(Consent::FILTER));
        do_action('woocommerce_checkout_order_processed', 12, [], new \WC_Order(['id' => 12]));
        self::assertSame([], Site::$cookies);
    }

    public function testWhoPaysAnOrderForAVisitorIsNotTheBuyer(): void
    {
        Site::visit();
        Site::$user = 1;
        Site::$capabilities = ['edit_shop_orders'];
        Listener::add(self::buyer());
        do_action('woocommerce_before_pay_action', new \WC_Order(['id' => 12, 'customer_id' => 7]));
        self::assertSame([], Site::$cookies);
        do_action('woocommerce_before_pay_action', new \WC_Order(['id' => 13, 'customer_id' => 1]));
        self::assertSame([], Site::$cookies, 'nor is a merchant who types an order');
        Site::$filters['pinrelay_is_staff'] = static fn (): bool => false;
        do_action('woocommerce_before_pay_action', new \WC_Order(['id' => 13, 'customer_id' => 1]));
        self::assertArrayHasKey('pinrelay_buyer', Site::$cookies, 'unless the owner counts his staff');
    }

    public function testItIsDroppedWhenConsentIsTakenBack(): void
    {
        self::buyer()->drop();
        $cookie = Site::$cookies['pinrelay_buyer'];
        self::assertSame(['', 1], [$cookie['value'], $cookie['expires']]);
    }

    public function testWithoutACookieNobodyIsTheBuyer(): void
    {
        self::assertFalse(self::buyer()->holds(12));
    }
}
