<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\Requester;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Tests\Support\Site as Shop;

/** Whose request it is: a visitor's own browser, a server that acts for him, or the shop's own people. */
final class RequesterTest extends TestCase
{
    private const CUSTOMER = 't_0123456789';
    private const KEPT = ['ip' => '203.0.113.9', 'user_agent' => 'Mozilla/5.0 (his own)'];

    protected function setUp(): void
    {
        Shop::reset();
        Site::visit();
        WC()->session = new \WC_Session(self::CUSTOMER);
    }

    protected function tearDown(): void
    {
        Site::visit();
        unset($GLOBALS['wp']);
    }

    /** @return array<string, array{array<string, string>, array<string, string>, bool}> server, cookies, a browser */
    public static function requests(): array
    {
        $token = ['HTTP_CART_TOKEN' => 'e.y.J'];
        $session = static fn (string $customer): array => [
            'wp_woocommerce_session_' => rawurlencode($customer . '|1795000000|1794990000|hash'),
        ];
        $fetch = $token + ['HTTP_SEC_FETCH_MODE' => 'cors'];
        return [
            'a page' => [[], [], true],
            'a server with the token of a cart' => [$token, [], false],
            "the same, as Node's fetch does it" => [$fetch, [], false],
            'a server that makes up an origin' => [$token + ['HTTP_ORIGIN' => 'https://shop.example'], [], false],
            'a headless page of the shop' => [$fetch + ['HTTP_ORIGIN' => 'https://app.example'], [], true],
            'a page of nobody' => [$fetch + ['HTTP_ORIGIN' => 'https://evil.example'], [], false],
            'a token beside the cookie of the same cart' => [$token, $session(self::CUSTOMER), true],
            'a token beside the cookie of another' => [$token, $session('t_9'), false],
        ];
    }

    /** @dataProvider requests */
    #[DataProvider('requests')]
    public function testAServerThatKnowsTheCartIsNoBrowser(array $server, array $cookies, bool $isBrowser): void
    {
        Site::visit('/wp-json/wc/store/v1/checkout', $server, $cookies);
        Site::$rest = true;
        Site::$origins = ['https://app.example'];
        self::assertSame($isBrowser, Requester::isBrowser());

        $seen = (new Visitor())->context();
        self::assertSame($isBrowser, ($seen['ip'] ?? '') === '203.0.113.9');
        self::assertSame($isBrowser, Requester::isCustomerOf(new \WC_Order()));
        if (!$isBrowser) {
            self::assertSame([], $seen, 'nobody is known who filled this cart');
            WC()->session->set('pinrelay_visitor', ['context' => self::KEPT, 'consent' => 'granted']);
            self::assertSame(self::KEPT, (new Visitor())->context());
        }
    }

    /** @return array<string, array{string, array<string, string>, bool}> route, cookies, whether a browser */
    public static function routes(): array
    {
        $visitor = ['pinrelay_vid' => '0190a1b2-0000-4000-8000-000000000000'];
        return [
            'the Store API asks for a nonce itself' => ['/wc/store/v1/cart/add-item', [], true],
            'ours' => ['/pinrelay/v1/consent', [], true],
            "an agent's, whose server proves itself" => ['/wc/agentic/v1/checkout_sessions', [], false],
            'of a plugin, from a page of the shop' => ['/forms/v1/feedback', $visitor, true],
            'of a plugin, from a program' => ['/forms/v1/feedback', [], false],
        ];
    }

    /** @dataProvider routes */
    #[DataProvider('routes')]
    public function testARouteThatLetsProgramsInNeedsASignOfABrowser(string $route, array $cookies, bool $isOne): void
    {
        Site::visit('/wp-json' . $route, [], $cookies);
        Site::$rest = true;
        $GLOBALS['wp'] = (object) ['query_vars' => ['rest_route' => $route]];
        self::assertSame($isOne, Requester::isBrowser());
    }

    /** @return list<array{string, bool}> capability, whether it makes somebody staff */
    public static function capabilities(): array
    {
        return [['edit_shop_orders', true], ['manage_woocommerce', true], ['read', false]];
    }

    /** @dataProvider capabilities */
    #[DataProvider('capabilities')]
    public function testStaffGiveNoMatchKeysAndAreNoVisitors(string $capability, bool $isStaff): void
    {
        [Site::$user, Site::$capabilities] = [7, [$capability]];
        self::assertSame($isStaff, Requester::isStaff());
        self::assertSame($isStaff, (new Visitor())->context() === []);
        self::assertSame(!$isStaff, Requester::isCustomerOf(new \WC_Order(['customer_id' => 7])));
        Site::$filters['pinrelay_is_staff'] = static fn (): bool => false;
        self::assertTrue(Requester::isCustomerOf(new \WC_Order(['customer_id' => 7])), 'the owner wants it otherwise');
    }

    public function testAMerchantWhoHasSwitchedToACustomersAccountIsNoVisitorEither(): void
    {
        [Site::$user, Site::$hasSwitched] = [7, true];
        self::assertSame([true, []], [Requester::isStaff(), (new Visitor())->context()]);
        Site::$hasSwitched = false;
        self::assertFalse(Requester::isStaff());
    }
}
