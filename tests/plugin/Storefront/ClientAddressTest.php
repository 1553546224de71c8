<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\ClientAddress;

final class ClientAddressTest extends TestCase
{
    private const VISITOR = '198.51.100.7';
    private const CLOUDFLARE = '172.68.10.20';

    /** @return array<string, array{string, array<string, string>, list<string>, string}> peer, headers, trusted, answer */
    public static function requests(): array
    {
        $forwarded = static fn (string $value): array => ['X_FORWARDED_FOR' => $value];
        $real = ['X_REAL_IP' => self::VISITOR];
        $cf = ['CF_CONNECTING_IP' => self::VISITOR];
        return [
            'no proxy' => [self::VISITOR, [], [], self::VISITOR],
            'headers nobody trusts' => ['203.0.113.9', $real + $forwarded(self::VISITOR), [], '203.0.113.9'],
            'a private peer and headers nobody trusts' => ['10.0.0.1', $real + $forwarded(self::VISITOR), [], ''],
            'a trusted header' => ['10.0.0.1', $real, ['X-Real-IP'], self::VISITOR],
            'its name in another case' => ['10.0.0.1', $real, ['x-real-ip'], self::VISITOR],
            'a trusted header that is not there' => ['203.0.113.9', [], ['X-Real-IP'], '203.0.113.9'],
            'a trusted header with a private address' => ['10.0.0.1', ['X_REAL_IP' => '10.9.9.9'], ['X-Real-IP'], ''],
            'a trusted header with nonsense' => [
                '203.0.113.9', ['X_REAL_IP' => 'unknown'], ['X-Real-IP'], '203.0.113.9',
            ],
            'the first of two that knows' => ['10.0.0.1', $real, ['True-Client-IP', 'X-Real-IP'], self::VISITOR],
            'a list, made up at its start' => [
                '10.0.0.1', $forwarded('203.0.113.66, ' . self::VISITOR), ['X-Forwarded-For'], self::VISITOR,
            ],
            'a list with inner proxies at its end' => [
                '10.0.0.1', $forwarded(self::VISITOR . ', 10.1.1.1, 192.168.0.3'), ['X-Forwarded-For'], self::VISITOR,
            ],
            'a list through Cloudflare' => [
                '10.0.0.1', $forwarded(self::VISITOR . ', ' . self::CLOUDFLARE), ['X-Forwarded-For'], self::VISITOR,
            ],
            'ports' => ['10.0.0.1', $forwarded(self::VISITOR . ':55123'), ['X-Forwarded-For'], self::VISITOR],
            'an address of version 6' => [
                '10.0.0.1', $forwarded('2001:4860::8888'), ['X-Forwarded-For'], '2001:4860::8888',
            ],
            'one in brackets with a port' => [
                '10.0.0.1', $forwarded('[2001:4860::8888]:443'), ['X-Forwarded-For'], '2001:4860::8888',
            ],
            'the standard header' => [
                '10.0.0.1', ['FORWARDED' => 'for=203.0.113.66, proto=https;for="' . self::VISITOR . ':80"'],
                ['Forwarded'], self::VISITOR,
            ],
            'Cloudflare' => [self::CLOUDFLARE, $cf, [], self::VISITOR],
            'Cloudflare by version 6' => ['2606:4700:10::6814:1', $cf, [], self::VISITOR],
            'Cloudflare without its header' => [self::CLOUDFLARE, [], [], ''],
            'somebody who plays Cloudflare' => ['203.0.113.9', $cf, [], '203.0.113.9'],
            'somebody who plays it where its header is trusted' => [
                '203.0.113.9', $cf, ['CF-Connecting-IP'], '203.0.113.9',
            ],
            'Cloudflare before an inner proxy, unknown to the owner' => ['127.0.0.1', $cf, [], ''],
            'Cloudflare before an inner proxy' => ['127.0.0.1', $cf, ['CF-Connecting-IP'], self::VISITOR],
            'just below a range of Cloudflare' => ['104.15.255.255', $cf, [], '104.15.255.255'],
            'just above it' => ['104.28.0.0', $cf, [], '104.28.0.0'],
            'no address at all' => ['', [], [], ''],
        ];
    }

    /** @dataProvider requests */
    #[DataProvider('requests')]
    public function testTheVisitorsAddressIsKnownOrLeftOut(
        string $peer,
        array $headers,
        array $trusted,
        string $expected,
    ): void {
        $server = ['REMOTE_ADDR' => $peer];
        foreach ($headers as $name => $value) {
            $server['HTTP_' . $name] = $value;
        }
        self::assertSame($expected, ClientAddress::of($server, $trusted));
    }

    public function testHeadersInWhichAProxyMayHaveNamedTheVisitorAreListed(): void
    {
        self::assertSame(['CF-Connecting-IP', 'X-Forwarded-For'], ClientAddress::carrying([
            'HTTP_X_FORWARDED_FOR' => '1.2.3.4, 10.0.0.7', 'HTTP_CF_CONNECTING_IP' => '1.2.3.4',
            'HTTP_X_REAL_IP' => '10.0.0.7', 'HTTP_FORWARDED' => 'for=unknown', 'HTTP_ACCEPT' => '1.2.3.4',
        ]));
    }
}
