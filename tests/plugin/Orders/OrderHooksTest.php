<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Orders\EventId;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** WooCommerce's flows as measured (docs/woocommerce-hooks.md), hook by hook, through the real outbox. */
final class OrderHooksTest extends TestCase
{
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

    private static function placed(string $gateway = 'card', array $more = []): \WC_Order
    {
        return new \WC_Order(['status' => 'pending', 'payment_method' => $gateway] + $more);
    }

    private static function moves(\WC_Order $order, string $to): void
    {
        $from = $order->data['status'];
        $order->data['status'] = $to;
        do_action('woocommerce_order_status_' . $to, 71, $order, []);
        do_action('woocommerce_order_status_changed', 71, $from, $to, $order);
    }

    private static function paid(\WC_Order $order): void
    {
        self::moves($order, 'processing');
        do_action('woocommerce_payment_complete', 71, 'transaction');
    }

    public function testTheRowOfAnOrderLivesAsLongAsTheOrder(): void
    {
        $rig = new Rig();
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        $rig->outbox->settle(71, 'delivered', null, time(), [OutboxRow::QUEUED]);
        do_action('woocommerce_delete_order', 71);
        self::assertNotNull($rig->row(), 'the order is there');
        unset(Site::$orders[71]);
        do_action('woocommerce_delete_order', 71);
        self::assertNull($rig->row());
        self::assertSame([], $rig->outbox->verdicts());
    }

    public function testClassicCheckoutPaidAtOnceIsOnePurchaseWithTheVisitorsContext(): void
    {
        $rig = new Rig();
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::assertSame(OutboxRow::NOTED, $rig->row()->state);
        self::paid($order);
        do_action('woocommerce_thankyou', 71);

        self::assertCount(1, Relay::$captured);
        $event = Relay::$captured[0];
        self::assertSame(EventId::ofOrder(71, 'wc_order_71', $rig->state->secret()), $event['event_id']);
        self::assertSame('203.0.113.9', $event['user']['ip']);
        self::assertSame('Mozilla/5.0 (X11; rv:132.0) Firefox/132.0', $event['user']['user_agent']);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
    }

    public function testAnOrderThatIsPlacedAndPaidInOneRequestCostsThreeStatements(): void
    {
        $rig = new Rig();
        $order = self::placed();
        $before = Site::$database->num_queries;
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
        self::assertSame(3, Site::$database->num_queries - $before - 1, 'made, accepted, claimed');
    }

    public function testBlocksCheckoutPaidAtOnceIsOnePurchase(): void
    {
        $rig = new Rig();
        $order = self::placed('card', ['created_via' => 'store-api', 'status' => 'checkout-draft']);
        self::moves($order, 'pending');
        self::assertNull($rig->row());
        do_action('woocommerce_store_api_checkout_order_processed', $order);
        self::paid($order);
        self::assertCount(1, Relay::$captured);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
    }

    public function testReloadsOfTheThankYouPageAddNothing(): void
    {
        new Rig();
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        foreach ([1, 2, 3] as $reload) {
            new Rig();
            do_action('woocommerce_thankyou', 71);
        }
        self::assertCount(1, Relay::$captured);
    }

    public function testAWebhookThatPaysLaterUsesTheContextOfTheCheckout(): void
    {
        new Rig();
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        do_action('woocommerce_thankyou', 71);
        self::assertSame([], Relay::$captured, 'not paid yet');

        $_SERVER['REMOTE_ADDR'] = '198.51.100.77';
        new Rig();
        self::paid($order);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
    }

    public function testABankTransferCountsWhenTheMerchantConfirmsIt(): void
    {
        $rig = new Rig();
        $order = self::placed('bacs');
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::moves($order, 'on-hold');
        do_action('woocommerce_thankyou', 71);
        self::assertSame([[], OutboxRow::NOTED], [Relay::$captured, $rig->row()->state]);
        self::moves($order, 'processing');
        self::assertCount(1, Relay::$captured);
    }

    public function testCashOnDeliveryCountsWhenItIsPlaced(): void
    {
        new Rig();
        $order = self::placed('cod');
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::moves($order, 'processing');
        self::assertCount(1, Relay::$captured);
    }

    public function testADeclinedCardThatSucceedsInTheEndIsOnePurchase(): void
    {
        new Rig();
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::moves($order, 'failed');
        self::assertSame([], Relay::$captured);
        self::paid($order);
        self::assertCount(1, Relay::$captured);
    }

    public function testAnOrderWithoutAnExtensionOrWithAFullDiskWaits(): void
    {
        Relay::$throws['capture'] = new SpoolException('', 'full');
        $rig = new Rig();
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        self::assertSame(OutboxRow::PENDING, $rig->row()->state);
        self::assertTrue($rig->row()->isAccepted());
        self::assertSame('203.0.113.9', $rig->row()->context['ip']);
    }

    public function testAnOrderCancelledBeforeItWasHandedOverIsWithdrawn(): void
    {
        Relay::$throws['capture'] = new SpoolException('', 'full');
        $rig = new Rig();
        $order = self::placed();
        self::paid($order);
        self::moves($order, 'cancelled');
        self::assertSame([OutboxRow::SETTLED, 'withdrawn'], [$rig->row()->state, $rig->row()->verdict]);
    }

    /** @return list<array{\Closure}> */
    public static function endings(): array
    {
        return [
            'cancelled' => [static fn (\WC_Order $order) => self::moves($order, 'cancelled')],
            'refunded' => [static fn (\WC_Order $order) => self::moves($order, 'refunded')],
            'failed' => [static fn (\WC_Order $order) => self::moves($order, 'failed')],
            'put in the trash' => [static fn () => do_action('woocommerce_trash_order', 71)],
            'deleted' => [static fn (\WC_Order $order) => do_action('woocommerce_before_delete_order', 71, $order)],
        ];
    }

    /** @dataProvider endings */
    #[DataProvider('endings')]
    public function testAnOrderInTheSpoolIsTakenBackWhenItsSaleEnds(\Closure $ending): void
    {
        $rig = new Rig();
        $order = self::placed();
        self::paid($order);
        $ending($order);
        self::assertSame([$rig->row()->eventId], Relay::$withdrawn);
        self::assertSame([OutboxRow::QUEUED, 'withdraw'], [$rig->row()->state, $rig->row()->verdict]);
        self::assertFalse($rig->row()->isAccepted());
    }

    public function testAnOrderInAnotherNodesSpoolIsLeftForThatNodeToTakeBack(): void
    {
        $rig = new Rig();
        $order = self::placed();
        self::paid($order);
        Relay::$status['node'] = 'node-b';
        $other = new Rig();
        self::moves($order, 'cancelled');
        self::assertSame([], Relay::$withdrawn);
        self::assertSame('withdraw', $other->row()->verdict);
    }

    public function testACancellationThatIsTakenBackInTimeKeepsTheSale(): void
    {
        $rig = new Rig();
        $order = self::placed();
        self::paid($order);
        self::moves($order, 'cancelled');
        self::moves($order, 'processing');
        self::assertNull($rig->row()->verdict);
        self::assertTrue($rig->row()->isAccepted());
    }

    public function testADeliveredOrderThatIsRefundedStaysDelivered(): void
    {
        $rig = new Rig();
        $order = self::placed();
        self::paid($order);
        $rig->outbox->settle(71, 'delivered', null, time(), [OutboxRow::QUEUED]);
        self::moves($order, 'refunded');
        self::assertSame('delivered', $rig->row()->verdict);
        self::assertSame([], Relay::$withdrawn);
        self::assertSame(1, $rig->outbox->endedCount(), 'the owner reads that it counts all the same');
        (new Rig())->hooks->accept(new \WC_Order());
        self::assertSame(0, $rig->outbox->endedCount(), 'until the sale goes on');
    }

    public function testAnOrderThatWasNeverToldIsNotAmongThoseThatCannotBeTakenBack(): void
    {
        Relay::$throws['capture'] = new SpoolException('', 'full');
        $rig = new Rig();
        $order = self::placed();
        self::paid($order);
        self::moves($order, 'cancelled');
        self::moves($order, 'refunded');
        self::assertSame(0, $rig->outbox->endedCount());
    }

    public function testAFreeOrderIsAPurchase(): void
    {
        new Rig();
        $order = self::placed('', ['total' => '0']);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        self::assertCount(1, Relay::$captured);
        self::assertArrayNotHasKey('value', Relay::$captured[0]);
    }

    public function testAPaidStatusOfAnotherPluginCountsThoughTheOrderWasMadeInIt(): void
    {
        $rig = new Rig();
        $order = new \WC_Order(['status' => 'shipped', 'date_paid' => new \DateTimeImmutable('@1795000000')]);
        // Made in its last status, so that no change of it is told.
        do_action('woocommerce_order_status_shipped', 71, $order, []);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
    }

    /** @return array<string, array{array<string, mixed>}> */
    public static function foreignOrders(): array
    {
        return [
            'made by hand' => [['created_via' => 'admin']],
            'imported' => [['created_via' => '']],
            'subscription' => [['type' => 'shop_subscription']],
            'part of another order' => [['parent_id' => 70]],
            'older than the plugin' => [['date_created' => new \DateTimeImmutable('@1793000000')]],
        ];
    }

    /** @dataProvider foreignOrders */
    #[DataProvider('foreignOrders')]
    public function testOrdersOfOthersLeaveNoTrace(array $data): void
    {
        $rig = new Rig();
        $order = new \WC_Order($data);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        do_action('woocommerce_thankyou', 71);
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
    }

    public function testAFilterMayAcceptWhatThePolicyDoesNotAndRefuseWhatItDoes(): void
    {
        $rig = new Rig();
        add_filter('pinrelay_accept_order', static fn (bool $accept, \WC_Order $order): bool => !$accept, 10, 2);
        $order = new \WC_Order(['created_via' => 'admin']);
        do_action('woocommerce_payment_complete', 71);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
        new \WC_Order(['id' => 72]);
        do_action('woocommerce_payment_complete', 72);
        self::assertNull($rig->row(72));
    }

    public function testAShopWithTheBrowserHalfAloneAcceptsAndSettlesAtOnce(): void
    {
        $rig = new Rig(['ad_account_id' => '', 'access_token' => '']);
        self::paid(self::placed());
        self::assertSame([OutboxRow::SETTLED, 'tag_only'], [$rig->row()->state, $rig->row()->verdict]);
        self::assertTrue($rig->row()->isAccepted());
    }

    public function testAShopThatIsSwitchedOffNotesNothing(): void
    {
        $rig = new Rig(['enabled' => false]);
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        self::assertNull($rig->row());
    }

    public function testOthersHearWhenAnOrderIsAccepted(): void
    {
        $rig = new Rig();
        $heard = [];
        Site::listen('pinrelay_order_accepted', $heard);
        self::paid(self::placed());
        self::assertSame([[71, $rig->row()->eventId]], $heard);
    }

    public function testADatabaseThatFailsDoesNotReachTheCheckout(): void
    {
        new Rig();
        Site::$database->isGone = true;
        $order = self::placed();
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::paid($order);
        Site::$database->isGone = false;
        self::assertNotSame([], Site::$log);
    }

    /** @return list<array{mixed}> */
    public static function nonsense(): array
    {
        return [[null], [0], [''], ['abc'], [[]], [-1], [false], [new \stdClass()], [99999]];
    }

    /** @dataProvider nonsense */
    #[DataProvider('nonsense')]
    public function testNonsenseFromOtherPluginsIsNoOrder(mixed $nonsense): void
    {
        $rig = new Rig();
        foreach (['checkout_order_processed', 'payment_complete', 'thankyou', 'order_status_processing'] as $hook) {
            do_action('woocommerce_' . $hook, $nonsense);
        }
        self::assertSame(array_fill_keys(['noted', 'pending', 'queued', 'settled'], 0), $rig->outbox->counts());
    }
}
