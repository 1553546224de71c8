<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\EventCookies;
use Pinrelay\WooCommerce\Storefront\TagRenderer;
use Pinrelay\WooCommerce\Tests\Mapping\Fixtures;
use Pinrelay\WooCommerce\Tests\Support\Site as Shop;

final class EventCookiesTest extends TestCase
{
    protected function setUp(): void
    {
        Site::visit();
    }

    public function testOneEventIsOneShortReadableCookie(): void
    {
        self::assertTrue((new EventCookies())->send(self::call('product-simple', 'a')));
        [$name] = array_keys(Site::$cookies);
        $cookie = Site::$cookies[$name];
        self::assertMatchesRegularExpression('/^pinrelay_e_[0-9a-f]{8}$/D', $name);
        self::assertMatchesRegularExpression('/^[A-Za-z0-9_-]+$/D', $cookie['value']);
        self::assertSame(['/', true, false, 'Lax'], [
            $cookie['path'], $cookie['secure'], $cookie['httponly'], $cookie['samesite'],
        ]);
        self::assertEqualsWithDelta(time() + 600, $cookie['expires'], 60);
    }

    public function testItHoldsIdsAndNumbersOnly(): void
    {
        $sent = self::decode(EventCookies::encode(self::call('product-hostile', 'a')));
        self::assertSame('addtocart', $sent[0]);
        self::assertSame(['event_id', 'value', 'currency', 'order_quantity', 'line_items'], array_keys($sent[1]));
        self::assertSame(['product_id', 'product_price', 'product_quantity'], array_keys($sent[1]['line_items'][0]));
    }

    public function testAnyTextSurvivesTheWay(): void
    {
        $call = ['track', 'addtocart', ['event_id' => 'a', 'line_items' => [['product_id' => '"Größe"; ,🎁']]]];
        self::assertSame([$call[1], $call[2]], self::decode(EventCookies::encode($call)));
    }

    public function testALongCartTravelsWithoutItsLines(): void
    {
        $lines = array_fill(0, 60, ['product_id' => '1234567', 'product_price' => 12.5, 'product_quantity' => 1]);
        $data = ['event_id' => 'a', 'value' => 750, 'order_quantity' => 60, 'line_items' => $lines];
        self::assertTrue((new EventCookies())->send(['track', 'addpaymentinfo', $data]));
        [, $sent] = self::decode(current(Site::$cookies)['value']);
        self::assertSame(['event_id' => 'a', 'value' => 750, 'order_quantity' => 60], $sent);
    }

    public function testTwoEventsAreTwoCookies(): void
    {
        $cookies = new EventCookies();
        $cookies->send(self::call('product-simple', 'a'));
        $cookies->send(self::call('product-simple', 'b'));
        self::assertCount(2, Site::$cookies);
    }

    public function testWithoutAWayForHeadersNothingIsSent(): void
    {
        Site::$headersSent = true;
        self::assertFalse((new EventCookies())->send(self::call('product-simple', 'a')));
        self::assertSame([], Site::$cookies);
    }

    public function testABrowserThatNeverClaimsIsNotBuriedInCookies(): void
    {
        $cookies = new EventCookies();
        for ($add = 0; $add < 100; ++$add) {
            $cookies->send(self::call('product-simple', (string) $add));
        }
        $bytes = array_sum(array_map(
            static fn (string $name, array $cookie): int => strlen($name) + strlen($cookie['value']),
            array_keys(Site::$cookies),
            Site::$cookies,
        ));
        self::assertGreaterThan(5, count(Site::$cookies));
        self::assertLessThanOrEqual(2500, $bytes);

        Site::visit(cookies: array_map(static fn (array $cookie): string => $cookie['value'], Site::$cookies));
        self::assertFalse((new EventCookies())->send(self::call('product-simple', 'next')), 'nor in the next request');
    }

    public function testCookiesBelongToTheShopsFolder(): void
    {
        Site::$home = 'http://shop.example/store/de';
        Shop::$home = 'http://shop.example/store';
        (new EventCookies())->send(self::call('product-simple', 'a'));
        $cookie = current(Site::$cookies);
        self::assertSame(['/store/', false], [$cookie['path'], $cookie['secure']]);
    }

    /** @return array{string, string, array<string, mixed>} */
    private static function call(string $fixture, string $id): array
    {
        return TagRenderer::track(['event_id' => $id] + Fixtures::event($fixture));
    }

    private static function decode(string $value): array
    {
        return json_decode((string) base64_decode(strtr($value, '-_', '+/')), true, 8, JSON_THROW_ON_ERROR);
    }
}
