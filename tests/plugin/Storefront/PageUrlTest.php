<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\PageUrl;

final class PageUrlTest extends TestCase
{
    /** @dataProvider pages */
    #[DataProvider('pages')]
    public function testOnlyListedParametersLeave(string $requested, string $clean): void
    {
        self::assertSame($clean, PageUrl::clean('https://shop.example/', $requested));
    }

    public static function pages(): array
    {
        return [
            'plain' => ['/product/mug/', 'https://shop.example/product/mug/'],
            'order key' => [
                '/checkout/order-received/7/?key=wc_order_abc',
                'https://shop.example/checkout/order-received/7/',
            ],
            'pay link' => ['/order-pay/7/?pay_for_order=true&key=x', 'https://shop.example/order-pay/7/'],
            'password reset' => ['/lost-password/?key=k&login=anna', 'https://shop.example/lost-password/'],
            'nonce' => ['/?_wpnonce=1&add-to-cart=7', 'https://shop.example/'],
            'search' => ['/?s=anna@example.com', 'https://shop.example/'],
            'campaign' => [
                '/?utm_source=pinterest&utm_medium=cpc&gclid=x&epik=dj0y%2B',
                'https://shop.example/?utm_source=pinterest&utm_medium=cpc&epik=dj0y%2B',
            ],
            'plain permalink' => ['/?p=12&preview_id=3', 'https://shop.example/?p=12'],
            'e-mail in a listed parameter' => ['/?utm_term=anna%40example.com&p=1', 'https://shop.example/?p=1'],
            'e-mail encoded twice' => ['/?utm_term=anna%2540example.com', 'https://shop.example/'],
            'e-mail in the path' => ['/unsubscribe/anna@example.com/', 'https://shop.example/'],
            'array parameter' => ['/?utm_source[]=x', 'https://shop.example/'],
            'fragment' => ['/a/#key=1', 'https://shop.example/a/'],
            'somebody else\'s host' => ['//evil.example/a', 'https://shop.example/evil.example/a'],
            'full address' => ['http://evil.example/a/?p=1', 'https://shop.example/a/?p=1'],
            'odd bytes' => ["/a\r\nSet-Cookie: x", 'https://shop.example/aSet-Cookie:x'],
            'nothing' => ['', 'https://shop.example/'],
        ];
    }

    public function testTheSitesOwnSchemeHostAndPortCount(): void
    {
        self::assertSame('http://127.0.0.1:4500/shop/', PageUrl::clean('http://127.0.0.1:4500/wp/', '/shop/'));
        self::assertSame('', PageUrl::clean('not an address', '/shop/'));
    }
}
