<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\OrderSource;
use Pinrelay\WooCommerce\Tests\Rig;

/** Orders that no visitor placed in the shop: the owner's choice, off until he makes it, and offline sales then. */
final class OrderSourceTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
        // The merchant's own browser, which must not pass for the buyer's.
        $_SERVER['REMOTE_ADDR'] = '198.51.100.1';
        $_SERVER['HTTP_USER_AGENT'] = 'Mozilla/5.0 (the merchant)';
    }

    protected function tearDown(): void
    {
        unset($_SERVER['REMOTE_ADDR'], $_SERVER['HTTP_USER_AGENT']);
    }

    /** @return list<array{string, string}> created_via, kind */
    public static function words(): array
    {
        return [
            ['checkout', 'checkout'], ['store-api', 'store-api'], ['Checkout', 'checkout'],
            ['subscription', 'subscription'], ['admin', 'admin'], ['rest-api', 'rest-api'],
            ['pos', 'pos'], ['pos-rest-api', 'pos'], ['yith_pos', 'pos'], ['POS by Oliver', 'pos'],
            ['Point of Sale', 'pos'],
            ['', 'other'], ['amazon', 'other'], ['wp_all_import', 'other'], ['deposit', 'other'],
            ['composed', 'other'], ['checkout-draft', 'other'],
        ];
    }

    /** @dataProvider words */
    #[DataProvider('words')]
    public function testWhereAnOrderCameFromIsReadFromItsMakersWord(string $createdVia, string $kind): void
    {
        self::assertSame($kind, OrderSource::of($createdVia));
        self::assertSame(in_array($kind, ['checkout', 'store-api'], true), OrderSource::isOnline($createdVia));
    }

    /** @return array<string, array{string, string}> created_via, what the owner has to choose */
    public static function kinds(): array
    {
        return [
            'a renewal' => ['subscription', 'subscription'],
            'entered by hand' => ['admin', 'admin'],
            'over the counter' => ['pos-rest-api', 'pos'],
            'by a program' => ['rest-api', 'rest-api'],
            'imported' => ['', 'other'],
        ];
    }

    /** @dataProvider kinds */
    #[DataProvider('kinds')]
    public function testItCountsWhenTheOwnerChoseItsKindAsAnOfflineSaleOfTheBuyerAlone(string $via, string $kind): void
    {
        $sell = static function (array $settings) use ($via): Rig {
            $rig = new Rig($settings);
            do_action('woocommerce_payment_complete', (new \WC_Order(['created_via' => $via]))->get_id());
            return $rig;
        };
        self::assertNull($sell([])->row());
        $others = array_values(array_diff(OrderSource::CHOICES, [$kind]));
        self::assertNull($sell(['order_sources' => $others])->row());

        $sell(['order_sources' => [$kind]]);
        self::assertCount(1, Relay::$captured);
        $event = Relay::$captured[0];
        self::assertSame('offline', $event['action_source']);
        self::assertSame('ada@shopper.example', $event['user']['email']);
        self::assertSame([], array_intersect_key($event['user'], array_flip(['ip', 'user_agent', 'click_id'])));
        self::assertArrayNotHasKey('event_source_url', $event);
    }

    public function testAnOrderOfTheCheckoutThatNobodySawIsStillAWebSale(): void
    {
        new Rig();
        do_action('woocommerce_payment_complete', (new \WC_Order())->get_id());
        self::assertArrayNotHasKey('action_source', Relay::$captured[0]);
    }
}
