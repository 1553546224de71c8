<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\ExpressOrders;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\UnknownSources;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Storefront\Site as Visit;

/** Orders that no checkout of the shop has made, and that nobody's known kind is: express buttons and imports. */
final class UnknownSourcesTest extends TestCase
{
    private const VISITOR = ['pinrelay_vid' => '0190a1b2-0000-4000-8000-000000000000'];

    protected function setUp(): void
    {
        Rig::reset();
        Visit::visit(cookies: self::VISITOR);
        WC()->cart = new \WC_Cart(['a' => ['product_id' => 5, 'variation_id' => 0]]);
    }

    protected function tearDown(): void
    {
        Visit::visit();
    }

    /** What a plugin does behind its button: makes the order, puts into it what the cart holds, and pays it. */
    private static function express(Rig $rig, array $data = [], int $product = 5, ?callable $before = null): \WC_Order
    {
        $given = [];
        $express = new ExpressOrders($rig->hooks, static function () use (&$given): void {
            $given[] = true;
        });
        Visit::$actions = [];
        Listener::add($express);
        $order = new \WC_Order($data + [
            'created_via' => '', 'status' => 'pending', 'date_created' => new \DateTimeImmutable(), 'id' => 71,
        ]);
        $before === null ?: $before();
        do_action('woocommerce_new_order', 71, $order);
        do_action('woocommerce_after_order_object_save', $order);
        $order->data['items'] = [new \WC_Order_Item_Product($product)];
        do_action('woocommerce_before_cart_emptied');
        WC()->cart = new \WC_Cart();
        do_action('woocommerce_after_order_object_save', $order);
        // What the lines say is another test's.
        $order->data['items'] = [];
        $order->data['status'] = 'processing';
        do_action('woocommerce_order_status_processing', 71, $order);
        do_action('woocommerce_payment_complete', 71);
        self::assertCount($rig->row() === null ? 0 : 1, $given, 'the cookie of the buyer');
        return $order;
    }

    public function testAnOrderMadeOfTheVisitorsOwnCartInHisOwnRequestIsHis(): void
    {
        self::express(new Rig());
        self::assertCount(1, Relay::$captured);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
        self::assertArrayNotHasKey('action_source', Relay::$captured[0]);
        self::assertSame([], (new UnknownSources())->recent(time()));
    }

    public function testAnOrderOfOtherGoodsThanTheCartHoldsIsNot(): void
    {
        $rig = new Rig();
        self::express($rig, product: 6);
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
        self::assertSame(['' => [71]], (new UnknownSources())->recent(time()));
    }

    public function testAnOrderThatAProgramMakesIsNot(): void
    {
        Visit::visit();
        $rig = new Rig();
        self::express($rig);
        self::assertSame([null, []], [$rig->row(), Relay::$captured], 'no cookie of the shop');
    }

    public function testAnOrderThatSplitsOneOfTheCheckoutsIsNot(): void
    {
        $rig = new Rig();
        self::express($rig, before: static function (): void {
            do_action('woocommerce_new_order', 70, new \WC_Order(['id' => 70]));
        });
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
    }

    public function testOneThatStaffMakeIsNot(): void
    {
        [Visit::$user, Visit::$capabilities] = [1, ['edit_shop_orders']];
        $rig = new Rig();
        self::express($rig);
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
    }

    /** Another request of the same shop. */
    private static function comes(array $cookies, string $uri = '/'): void
    {
        Visit::visit($uri, cookies: $cookies);
        new Rig(get_option('pinrelay_settings', []));
    }

    private static function paidByWebhook(array $data = []): \WC_Order
    {
        self::comes([]);
        $order = new \WC_Order($data + ['created_via' => 'acme_pay', 'date_created' => new \DateTimeImmutable()]);
        do_action('woocommerce_payment_complete', 71);
        return $order;
    }

    public function testAnOrderMadeByAWebhookCountsOnceItsPageIsOpenedByABrowser(): void
    {
        $rig = new Rig();
        self::paidByWebhook();
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
        self::assertSame(['acme_pay' => [71]], (new UnknownSources())->recent(time()));

        self::comes(self::VISITOR, '/checkout/order-received/71/');
        do_action('woocommerce_thankyou', 71);
        self::assertCount(1, Relay::$captured);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
        self::assertSame('', $rig->row()->buyer, 'who else has the key is not known');
        self::assertSame([], (new UnknownSources())->recent(time()));
    }

    public function testItsPageSeenByStaffByAProgramOrADayLaterIsNoVisitor(): void
    {
        $rig = new Rig();
        $order = self::paidByWebhook();
        do_action('woocommerce_thankyou', 71);
        self::comes(self::VISITOR);
        [Visit::$user, Visit::$capabilities] = [1, ['manage_woocommerce']];
        do_action('woocommerce_thankyou', 71);
        self::comes(self::VISITOR);
        $order->data['date_created'] = new \DateTimeImmutable('-1 day');
        do_action('woocommerce_thankyou', 71);
        self::assertSame([null, []], [$rig->row(), Relay::$captured]);
    }

    public function testPartsOfOtherOrdersAndKnownKindsAreNotMadeCountByAPage(): void
    {
        foreach ([['parent_id' => 5], ['created_via' => 'admin'], ['created_via' => 'pos']] as $data) {
            Rig::reset();
            $rig = new Rig();
            self::paidByWebhook($data);
            self::comes(self::VISITOR);
            do_action('woocommerce_thankyou', 71);
            self::assertSame([null, []], [$rig->row(), Relay::$captured]);
            self::assertSame([], (new UnknownSources())->recent(time()));
        }
    }

    public function testASourceThatTheOwnerCountsByNameCountsAndNoOther(): void
    {
        $chosen = ['order_sources' => ['via:acme_pay']];
        $rig = new Rig($chosen);
        self::paidByWebhook(['created_via' => 'Acme_Pay']);
        self::assertCount(1, Relay::$captured);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
        Rig::reset();
        $rig = new Rig($chosen);
        self::paidByWebhook(['created_via' => 'market']);
        self::assertNull($rig->row());
    }

    public function testAnImportOfThousandsKeepsTheListShortAndTheDatabaseQuiet(): void
    {
        $known = [];
        $writes = 0;
        foreach (range(1, 5000) as $id) {
            $next = UnknownSources::with($known, 'import', $id, 1795000000);
            $writes += $next === $known ? 0 : 1;
            $known = $next;
        }
        $most = UnknownSources::MOST_ORDERS;
        self::assertSame([$most, $most], [count($known['import']), $writes]);
        foreach (range(1, 100) as $n) {
            $known = UnknownSources::with($known, "source {$n}", $n, 1795000000);
        }
        self::assertCount(20, $known);
        $later = UnknownSources::with($known, 'new', 1, 1795000000 + UnknownSources::SECONDS);
        self::assertSame(['new'], array_keys($later), 'what Pinterest takes no more is forgotten');
    }
}
