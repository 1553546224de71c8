<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Admin\StatusFields;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** A paid order that another plugin holds in a status of its own, while offers are added to it. */
final class HeldOrdersTest extends TestCase
{
    private const SETTINGS = ['value' => 'total', 'statuses' => ['upsell' => 'waiting', 'dropped' => 'no_sale']];

    protected function setUp(): void
    {
        Rig::reset();
        $_SERVER['REMOTE_ADDR'] = '203.0.113.9';
        $_SERVER['HTTP_USER_AGENT'] = 'Mozilla/5.0 (X11; rv:132.0) Firefox/132.0';
        $_SERVER['REQUEST_URI'] = '/checkout/';
    }

    protected function tearDown(): void
    {
        unset($_SERVER['REMOTE_ADDR'], $_SERVER['HTTP_USER_AGENT'], $_SERVER['REQUEST_URI']);
    }

    /** Paid, and held at once. */
    private static function held(Rig $rig): \WC_Order
    {
        $now = new \DateTimeImmutable('@' . time());
        $order = new \WC_Order(['status' => 'pending', 'date_created' => $now, 'total' => '12.50']);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        $order->data['date_paid'] = $now;
        self::moves($order, 'upsell');
        do_action('woocommerce_payment_complete', 71, 'transaction');
        do_action('woocommerce_thankyou', 71);
        return $order;
    }

    private static function moves(\WC_Order $order, string $to): void
    {
        $from = $order->data['status'];
        $order->data['status'] = $to;
        do_action('woocommerce_order_status_' . $to, 71, $order, []);
        do_action('woocommerce_order_status_changed', 71, $from, $to, $order);
    }

    /** The order has been held for so long. */
    private static function age(int $seconds): void
    {
        Site::$database->query(
            "UPDATE wp_pinrelay_orders SET event_time = event_time - {$seconds}, due_at = due_at - {$seconds}",
        );
    }

    public function testAHeldOrderIsNoPurchaseYetAndItsBrowserHalfIsNotPrinted(): void
    {
        $rig = new Rig(self::SETTINGS);
        self::held($rig);
        self::assertSame([], Relay::$captured);
        self::assertFalse($rig->row()->isAccepted());
        $rig->tick->run(time());
        self::assertSame(OutboxRow::NOTED, $rig->row()->state, 'the time is not up');
    }

    public function testItIsToldWithTheMergedValueAsSoonAsItMovesOn(): void
    {
        $rig = new Rig(self::SETTINGS);
        $order = self::held($rig);
        self::age(300);
        $order->data['total'] = '32.50';
        $later = new Rig(self::SETTINGS);
        self::moves($order, 'processing');
        self::assertSame(['32.50'], array_column(Relay::$captured, 'value'));
        self::assertEqualsWithDelta(time() - 300, Relay::$captured[0]['event_time'], 3, 'as old as its payment');
        self::assertSame('32.50', $later->row()->event['value']);
        self::assertSame(0, $later->row()->dueAt);
    }

    public function testOneThatNeverMovesOnIsToldByTheTickAfterTwentyMinutes(): void
    {
        $rig = new Rig(self::SETTINGS);
        $order = self::held($rig);
        $order->data['total'] = '32.50';
        self::age(19 * 60);
        (new Rig(self::SETTINGS))->tick->run(time());
        self::assertSame([], Relay::$captured);
        self::age(61);
        $later = new Rig(self::SETTINGS);
        $later->tick->run(time());
        self::assertSame(['32.50'], array_column(Relay::$captured, 'value'));

        $order->data['total'] = '99.00';
        self::moves($order, 'processing');
        self::assertCount(1, Relay::$captured, 'and not again');
    }

    public function testTheOwnerMayWaitForLongerButNotTheWholeHour(): void
    {
        $rig = new Rig(['wait_minutes' => '45'] + self::SETTINGS);
        self::held($rig);
        self::assertEqualsWithDelta(time() + 45 * 60, $rig->row()->dueAt, 3);
        self::assertSame(45, $rig->store->settings()->waitMinutes);
        self::assertSame(20, (new Rig(['wait_minutes' => '46'] + self::SETTINGS))->store->settings()->waitMinutes);
    }

    public function testAHeldOrderThatIsCancelledIsNotTold(): void
    {
        $rig = new Rig(self::SETTINGS);
        $order = self::held($rig);
        self::moves($order, 'cancelled');
        self::age(3600);
        (new Rig(self::SETTINGS))->tick->run(time());
        self::assertSame([], Relay::$captured);
        self::assertSame(0, $rig->row()->dueAt);
    }

    public function testAHeldOrderThatTheHooksMissedIsFoundOnceItHasWaited(): void
    {
        $at = time() - 10 * 60;
        $date = new \DateTimeImmutable('@' . $at);
        new \WC_Order(['status' => 'upsell', 'date_created' => $date, 'date_paid' => $date]);
        $rig = new Rig(self::SETTINGS);
        $look = static fn (int $now): array => iterator_to_array($rig->reconcile->look([71], $now));
        self::assertSame('held', $look(time())[71]['reason']);
        self::assertSame('accept', $look(time() + 11 * 60)[71]['move']);
    }

    public function testAStatusThatIsNoSaleTakesTheOrderBack(): void
    {
        $rig = new Rig(self::SETTINGS);
        $order = self::held($rig);
        self::moves($order, 'processing');
        self::moves($order, 'dropped');
        self::assertSame(OutboxRow::WITHDRAW, $rig->row()->verdict);
    }

    public function testAStatusThatMeansPaidCountsThoughWooCommerceDoesNotSaySo(): void
    {
        $rig = new Rig(['statuses' => ['delivered' => 'paid']]);
        $order = new \WC_Order(['status' => 'pending']);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::moves($order, 'delivered');
        self::assertCount(1, Relay::$captured);
    }

    /** @return array<string, array{string}> */
    public static function known(): array
    {
        return ['FunnelKit' => ['wfocu-pri-order'], 'CartFlows' => ['wcf-main-order']];
    }

    /** @dataProvider known */
    #[DataProvider('known')]
    public function testAStatusThatIsKnownToHoldOrdersIsWaitedForUnlessTheOwnerSaysOtherwise(string $status): void
    {
        self::assertSame('waiting', (new Rig())->store->settings()->statusMeans($status));
        $settings = (new Rig(['statuses' => [$status => '']]))->store->settings();
        self::assertSame('', $settings->statusMeans($status));
    }

    public function testAStatusThatNobodySpokeOfIsAsWooCommerceTakesIt(): void
    {
        new Rig();
        $order = new \WC_Order(['status' => 'pending']);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::moves($order, 'unheard-of');
        self::assertSame([], Relay::$captured);
        $order->data['date_paid'] = new \DateTimeImmutable('@' . time());
        self::moves($order, 'shipped');
        self::assertCount(1, Relay::$captured, 'it is paid');
    }

    public function testTheSettingsListTheStatusesOfOtherPluginsAndNoOthers(): void
    {
        self::assertSame(
            ['upsell' => 'Offers & more'],
            StatusFields::custom(['wc-pending' => 'Pending', 'wc-upsell' => 'Offers & more', 'wc-failed' => '']),
        );
    }
}
