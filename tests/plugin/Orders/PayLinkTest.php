<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Storefront\Site as Visit;

/** An order that a visitor pays by the link in an e-mail is a web purchase, whatever made it. */
final class PayLinkTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
        Visit::visit();
        $_SERVER['REMOTE_ADDR'] = '203.0.113.9';
        $_SERVER['HTTP_USER_AGENT'] = 'Mozilla/5.0 (X11; rv:132.0) Firefox/132.0';
        $_SERVER['REQUEST_URI'] = '/checkout/order-pay/71/?pay_for_order=true&key=wc_order_x';
    }

    protected function tearDown(): void
    {
        Visit::visit();
        unset($_SERVER['REMOTE_ADDR'], $_SERVER['HTTP_USER_AGENT'], $_SERVER['REQUEST_URI']);
    }

    private static function pay(\WC_Order $order): void
    {
        $order->data['status'] = 'processing';
        do_action('woocommerce_order_status_processing', 71, $order, []);
        do_action('woocommerce_order_status_changed', 71, 'pending', 'processing', $order);
        do_action('woocommerce_payment_complete', 71, 'transaction');
    }

    /** @return array<string, array{array<string, mixed>}> */
    public static function makers(): array
    {
        return [
            'written by hand' => [['created_via' => 'admin']],
            'made by a program' => [['created_via' => 'rest-api']],
            'part of another order' => [['parent_id' => 70]],
            'older than the plugin' => [['date_created' => new \DateTimeImmutable('@1793000000')]],
            'from the checkout' => [[]],
        ];
    }

    /** @dataProvider makers */
    #[DataProvider('makers')]
    public function testItCountsOnceWithTheVisitorsOwnContext(array $data): void
    {
        $rig = new Rig();
        $order = new \WC_Order(['status' => 'pending'] + $data);
        do_action('woocommerce_before_pay_action', $order);
        self::assertSame(OutboxRow::NOTED, $rig->row()->state);
        // The webhook's request knows nothing of the visitor.
        $_SERVER['REMOTE_ADDR'] = '198.51.100.77';
        new Rig();
        self::pay($order);
        self::assertCount(1, Relay::$captured);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
        self::assertSame('web', Relay::$captured[0]['action_source'] ?? 'web');
    }

    /** @return array<string, array{array<string, mixed>}> */
    public static function renewals(): array
    {
        $mark = static fn (string $key, string $value): array => [['meta' => [$key => $value]]];
        return [
            'by its link' => [['created_via' => 'subscription']],
            'at the checkout' => $mark('_subscription_renewal', '312'),
            "of YITH's plugin" => $mark('is_a_renew', 'yes'),
            "of WP Swings' plugin" => $mark('wps_sfw_renewal_order', 'yes'),
        ];
    }

    /** @dataProvider renewals */
    #[DataProvider('renewals')]
    public function testARenewalThatTheCustomerPaysHimselfFollowsTheSettingOfRenewals(array $data): void
    {
        $pay = static function (Rig $rig) use ($data): void {
            $order = new \WC_Order(['status' => 'pending'] + $data);
            do_action('woocommerce_checkout_order_processed', 71, [], $order);
            do_action('woocommerce_store_api_checkout_order_processed', $order);
            do_action('woocommerce_before_pay_action', $order);
            self::pay($order);
        };
        $rig = new Rig();
        $pay($rig);
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);

        $pay(new Rig(['order_sources' => ['subscription']]));
        self::assertCount(1, Relay::$captured);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
    }

    public function testAnOrderThatNeedNotBeARenewalIsNone(): void
    {
        new Rig();
        $order = new \WC_Order(['status' => 'pending', 'meta' => ['is_a_renew' => 'no']]);
        do_action('woocommerce_before_pay_action', $order);
        self::pay($order);
        self::assertCount(1, Relay::$captured);
    }

    public function testTheStoreApisWayToPayALinkIsTheSame(): void
    {
        $rig = new Rig();
        $order = new \WC_Order(['status' => 'pending', 'created_via' => 'admin']);
        do_action('woocommerce_store_api_checkout_order_processed', $order);
        self::assertSame(OutboxRow::NOTED, $rig->row()->state);
        self::pay($order);
        self::assertCount(1, Relay::$captured);
    }

    public function testThePolicyOfThePaymentMethodHoldsForItToo(): void
    {
        new Rig();
        $order = new \WC_Order(['status' => 'pending', 'created_via' => 'admin', 'payment_method' => 'bacs']);
        do_action('woocommerce_before_pay_action', $order);
        $order->data['status'] = 'on-hold';
        do_action('woocommerce_order_status_on-hold', 71, $order, []);
        self::assertSame([], Relay::$captured);
    }

    public function testThatAPluginFiresTheClassicCheckoutsHookForItsOwnOrdersIsNoVisitor(): void
    {
        $rig = new Rig();
        $order = new \WC_Order(['status' => 'pending', 'created_via' => 'pos']);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::pay($order);
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
    }

    public function testAMerchantWhoPaysForAVisitorIsNoVisitor(): void
    {
        Visit::$user = 1;
        Visit::$capabilities = ['edit_shop_orders'];
        $rig = new Rig();
        $order = new \WC_Order(['status' => 'pending', 'created_via' => 'admin', 'customer_id' => 7]);
        do_action('woocommerce_before_pay_action', $order);
        self::pay($order);
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
    }

    public function testAnOrderOfTheCheckoutThatAMerchantPaysKeepsItsVisitor(): void
    {
        new Rig();
        $order = new \WC_Order(['status' => 'pending', 'customer_id' => 7]);
        Visit::$user = 7;
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        $_SERVER['REMOTE_ADDR'] = '198.51.100.77';
        Visit::$user = 1;
        Visit::$capabilities = ['edit_shop_orders'];
        do_action('woocommerce_before_pay_action', $order);
        self::pay($order);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
    }
}
