<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\Visitor;

final class VisitorTest extends TestCase
{
    private const VID = '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d';

    public function testAPlainRequestTellsAll(): void
    {
        Site::visit('/product/mug/?key=x', cookies: ['_epik' => 'dj0yJnU9b2JDcF', 'pinrelay_vid' => self::VID]);
        self::assertSame([
            'ip' => '203.0.113.9',
            'user_agent' => 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
            'click_id' => 'dj0yJnU9b2JDcF',
            'external_id' => self::VID,
            'url' => 'https://shop.example/product/mug/',
            'language' => 'de',
        ], (new Visitor())->context());
    }

    public function testForwardedHeadersAreTheCallersOwnWords(): void
    {
        Site::visit(server: [
            'HTTP_X_FORWARDED_FOR' => '198.51.100.1',
            'HTTP_X_REAL_IP' => '198.51.100.2',
            'HTTP_CLIENT_IP' => '198.51.100.3',
            'HTTP_CF_CONNECTING_IP' => '198.51.100.4',
            'HTTP_FORWARDED' => 'for=198.51.100.5',
        ]);
        self::assertSame('203.0.113.9', (new Visitor())->context()['ip']);
    }

    /** @dataProvider addresses */
    #[DataProvider('addresses')]
    public function testOnlyAPublicAddressIsAVisitors(string $address, ?string $told): void
    {
        Site::visit(server: ['REMOTE_ADDR' => $address]);
        self::assertSame($told, (new Visitor())->context()['ip'] ?? null);
    }

    public static function addresses(): array
    {
        return [
            ['198.51.100.7', '198.51.100.7'], ['2a00:1450:4001:81b::200e', '2a00:1450:4001:81b::200e'],
            ['127.0.0.1', null], ['10.1.2.3', null], ['172.16.0.1', null], ['192.168.1.1', null], ['169.254.1.1', null],
            ['0.0.0.0', null], ['100.64.0.1', null], ['100.127.255.255', null], ['100.128.0.1', '100.128.0.1'],
            ['::1', null], ['fe80::1', null], ['fd00::1', null],
            ['::ffff:198.51.100.7', '198.51.100.7'], ['::ffff:10.0.0.1', null],
            ['', null], ['unknown', null], ['198.51.100.7, 10.0.0.1', null],
        ];
    }

    public function testAFilterMayKnowTheAddressButNotInventAPrivateOne(): void
    {
        Site::visit(server: ['REMOTE_ADDR' => '10.0.0.1']);
        Site::$filters['pinrelay_visitor_ip'] = static fn (string $ip): string => $ip === '' ? '198.51.100.1' : $ip;
        self::assertSame('198.51.100.1', (new Visitor())->context()['ip']);
        foreach (['192.168.0.1', null, ['198.51.100.7']] as $answer) {
            Site::$filters['pinrelay_visitor_ip'] = static fn (): mixed => $answer;
            self::assertArrayNotHasKey('ip', (new Visitor())->context());
        }
    }

    public function testTheClickIdOfTheCookieBeatsTheParameter(): void
    {
        Site::visit('/?epik=from-url');
        self::assertSame('from-url', (new Visitor())->context()['click_id']);
        Site::visit('/?epik=from-url', cookies: ['_epik' => 'from-cookie']);
        self::assertSame('from-cookie', (new Visitor())->context()['click_id']);
        Site::visit('/?epik[]=x');
        self::assertArrayNotHasKey('click_id', (new Visitor())->context());
    }

    public function testOnlyOurOwnKindOfVisitorIdIsBelieved(): void
    {
        foreach (['1', 'x@example.com', strtoupper(self::VID), self::VID . '0', str_repeat('a', 64)] as $forged) {
            Site::visit(cookies: ['pinrelay_vid' => $forged]);
            self::assertArrayNotHasKey('external_id', (new Visitor())->context(), $forged);
        }
        Site::visit(cookies: ['pinrelay_vid' => 'nonsense']);
        Site::$user = 7;
        self::assertSame('7', (new Visitor())->context()['external_id']);
        Site::visit(cookies: ['pinrelay_vid' => self::VID]);
        Site::$user = 7;
        self::assertSame(self::VID, (new Visitor())->context()['external_id'], 'the id both halves know');
    }

    public function testAScriptsRequestIsTheReferringPage(): void
    {
        foreach (['ajax', 'rest', 'wc-ajax'] as $kind) {
            Site::visit('/?wc-ajax=' . ($kind === 'wc-ajax' ? 'add_to_cart' : ''), [
                'HTTP_REFERER' => 'https://shop.example/shop/?utm_source=pinterest&key=x',
            ]);
            Site::$ajax = $kind === 'ajax';
            Site::$rest = $kind === 'rest';
            self::assertSame(
                'https://shop.example/shop/?utm_source=pinterest',
                (new Visitor())->context()['url'],
                $kind,
            );
            $_SERVER['HTTP_REFERER'] = 'https://evil.example/a/';
            self::assertSame('https://shop.example/', (new Visitor())->context()['url']);
        }
    }

    public function testAFilterExtendsTheParametersThatMayLeave(): void
    {
        Site::visit('/?ref=friend&key=x');
        Site::$filters['pinrelay_url_params'] = static fn (array $names): array => [...$names, 'ref'];
        self::assertSame('https://shop.example/?ref=friend', (new Visitor())->context()['url']);
    }

    public function testALanguageIsTwoLetters(): void
    {
        $told = ['de_DE_formal' => 'de', 'en_US' => 'en', 'ja' => 'ja', 'ckb' => null, '' => null];
        foreach ($told as $locale => $language) {
            Site::visit();
            Site::$locale = $locale;
            self::assertSame($language, (new Visitor())->context()['language'] ?? null, $locale);
        }
    }

    public function testAnEmptyRequestTellsNothingOfAPerson(): void
    {
        Site::visit();
        $_SERVER = [];
        self::assertSame(['url', 'language'], array_keys((new Visitor())->context()));
    }

    public function testSlashesOfWordPressAndControlCharactersGo(): void
    {
        Site::visit(server: ['HTTP_USER_AGENT' => "Moz\"illa\r\n\0/5.0 "]);
        self::assertSame('Moz"illa/5.0', (new Visitor())->context()['user_agent']);
    }

    public function testATrustedHeaderNamesTheVisitor(): void
    {
        Site::visit(server: ['REMOTE_ADDR' => '10.0.0.1', 'HTTP_X_REAL_IP' => '198.51.100.7']);
        self::assertArrayNotHasKey('ip', (new Visitor())->context());
        self::assertSame('198.51.100.7', (new Visitor(['X-Real-IP']))->context()['ip']);
    }

    public function testABrowsersObjectionToTrackingIsPartOfTheContext(): void
    {
        Site::visit(server: ['HTTP_SEC_GPC' => '1']);
        self::assertSame('1', (new Visitor())->context()['opt_out']);
        Site::visit(server: ['HTTP_SEC_GPC' => '0']);
        self::assertArrayNotHasKey('opt_out', (new Visitor())->context());
    }
}
