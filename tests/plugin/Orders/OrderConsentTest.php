<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** What the visitor said is kept with the order, and decides whatever moves the order later. */
final class OrderConsentTest extends TestCase
{
    private const FILTER = ['consent' => Consent::FILTER];

    protected function setUp(): void
    {
        Rig::reset();
        $_SERVER['REMOTE_ADDR'] = '203.0.113.9';
        $_SERVER['HTTP_USER_AGENT'] = 'Mozilla/5.0 (X11; rv:132.0) Firefox/132.0';
        $_SERVER['REQUEST_URI'] = '/checkout/';
        $_COOKIE = [];
    }

    protected function tearDown(): void
    {
        unset($_SERVER['REMOTE_ADDR'], $_SERVER['HTTP_USER_AGENT'], $_SERVER['REQUEST_URI']);
        $_COOKIE = [];
    }

    private static function says(?bool $agrees): void
    {
        $_COOKIE = $agrees === null ? [] : [Consent::COOKIE => $agrees ? '1' : '0'];
    }

    private static function place(array $more = []): \WC_Order
    {
        WC()->session ??= new \WC_Session('t_1');
        $order = new \WC_Order($more + ['status' => 'pending']);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        return $order;
    }

    private static function pay(\WC_Order $order): void
    {
        $order->data['status'] = 'processing';
        do_action('woocommerce_order_status_processing', 71, $order, []);
        do_action('woocommerce_payment_complete', 71, 'transaction');
    }

    /** @return list<array{?bool}> */
    public static function refusals(): array
    {
        return [[false], [null]];
    }

    /** @dataProvider refusals */
    #[DataProvider('refusals')]
    public function testARefusalOrSilenceKeepsTheOrdersNumberAndNothingElse(?bool $answer): void
    {
        $rig = new Rig(self::FILTER);
        self::says($answer);
        $order = self::place();
        self::pay($order);
        self::assertSame([], Relay::$captured);
        $row = $rig->row();
        self::assertSame(
            [OutboxRow::SETTLED, 'refused', $answer === null ? 'unanswered' : 'refused', [], '', null],
            [$row->state, $row->verdict, $row->consent, $row->context, $row->eventId, $row->eventTime],
        );
    }

    public function testConsentIsKeptWithTheOrderForTheWebhookThatPaysIt(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(true);
        $order = self::place();
        self::assertSame('granted', $rig->row()->consent);
        // The gateway's request has no cookies.
        self::says(null);
        new Rig(self::FILTER);
        self::pay($order);
        self::assertCount(1, Relay::$captured);
    }

    public function testARefusalIsKeptThoughTheMerchantWhoMovesTheOrderAgreed(): void
    {
        new Rig(self::FILTER);
        self::says(false);
        $order = self::place();
        self::says(true);
        new Rig(self::FILTER);
        self::pay($order);
        self::assertSame([], Relay::$captured);
    }

    public function testAnOrderWhoseVisitorWasNotSeenFollowsTheDefault(): void
    {
        self::says(true);
        $rig = new Rig(self::FILTER);
        self::pay(new \WC_Order());
        self::assertSame(['refused', []], [$rig->row()->verdict, Relay::$captured]);

        Rig::reset();
        self::says(false);
        new Rig(self::FILTER + ['consent_default' => 'granted']);
        self::pay(new \WC_Order());
        self::assertCount(1, Relay::$captured);
    }

    public function testAVisitorWhoAgreesAtTheSecondTryOfTheSameOrderHasAgreed(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(false);
        $order = self::place();
        self::says(true);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        self::assertSame([OutboxRow::NOTED, 'granted'], [$rig->row()->state, $rig->row()->consent]);
        self::pay($order);
        self::assertCount(1, Relay::$captured);
    }

    public function testABuyerWhoHadNotAnsweredMayAgreeWithinTheHour(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(null);
        $at = time() - 60;
        $order = self::place(['date_created' => new \DateTimeImmutable("@{$at}")]);
        self::pay($order);
        self::assertSame([], Relay::$captured);
        self::says(true);
        self::assertTrue((new Rig(self::FILTER))->hooks->agree($order));
        self::assertCount(1, Relay::$captured);
        self::assertSame(['granted', OutboxRow::QUEUED], [$rig->row()->consent, $rig->row()->state]);
        self::assertSame($at, $rig->row()->eventTime, 'the time of the sale');
        self::assertFalse((new Rig(self::FILTER))->hooks->agree($order), 'once');
        self::assertCount(1, Relay::$captured);
    }

    public function testABuyerWhoAgreesBeforeHePaysIsToldOfWhenHeHasPaid(): void
    {
        $rig = new Rig(self::FILTER);
        $order = self::place();
        self::says(true);
        self::assertTrue($rig->hooks->agree($order));
        self::assertSame([OutboxRow::NOTED, 'granted'], [$rig->row()->state, $rig->row()->consent]);
        new Rig(self::FILTER);
        self::pay($order);
        self::assertCount(1, Relay::$captured);
    }

    public function testAnHourLaterOrAfterARefusalNoOrderIsAcceptedAnyMore(): void
    {
        $rig = new Rig(self::FILTER);
        $order = self::place();
        self::pay($order);
        Site::$database->query('UPDATE wp_pinrelay_orders SET updated_at = updated_at - 3601 WHERE order_id = 71');
        self::says(true);
        self::assertFalse($rig->hooks->agree($order));

        Rig::reset();
        self::says(false);
        $rig = new Rig(self::FILTER);
        self::pay($order = self::place());
        self::says(true);
        self::assertFalse($rig->hooks->agree($order));

        Rig::reset();
        $rig = new Rig(self::FILTER);
        $order = self::place();
        $rig->hooks->refuse(71);
        self::assertFalse($rig->hooks->agree($order));
        self::assertSame([], Relay::$captured);
    }

    public function testNoTickAndNoReconciliationAcceptsAnOrderWhoseBuyerHasNotAnswered(): void
    {
        self::says(null);
        self::pay(self::place());
        $rig = new Rig(self::FILTER + ['consent_default' => 'granted']);
        $rig->tick->run(time());
        iterator_to_array($rig->reconcile->look([71], time()));
        self::assertSame([], Relay::$captured);
    }

    public function testConsentTakenBackBeforeThePaymentForgetsWhatWasNoted(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(true);
        $order = self::place();
        $rig->hooks->refuse(71);
        self::pay($order);
        self::assertSame([], Relay::$captured);
        self::assertSame(['refused', []], [$rig->row()->verdict, $rig->row()->context]);
    }

    public function testConsentTakenBackWhileTheOrderWaitsInTheTableForgetsIt(): void
    {
        Relay::$throws['capture'] = new SpoolException('', 'full');
        $rig = new Rig(self::FILTER);
        self::says(true);
        self::pay(self::place());
        self::assertSame(OutboxRow::PENDING, $rig->row()->state);
        $rig->hooks->refuse(71);
        Relay::$throws = [];
        $rig->tick->run(time());
        self::assertSame([], Relay::$captured);
        self::assertSame(['refused', [], ''], [$rig->row()->verdict, $rig->row()->context, $rig->row()->eventId]);
        self::assertFalse($rig->row()->isAccepted(), 'the browser half, too');
    }

    public function testConsentTakenBackWhileTheOrderIsInASpoolTakesItOutAndNoHookPutsItBack(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(true);
        $order = self::place();
        self::pay($order);
        $rig->hooks->refuse(71);
        self::assertSame([$rig->row()->eventId], Relay::$withdrawn);
        self::assertSame(['withdraw', 'refused'], [$rig->row()->verdict, $rig->row()->consent]);
        // The merchant moves the order on, before and after the spool has answered.
        $again = new Rig(self::FILTER);
        self::pay($order);
        self::assertSame('withdraw', $again->row()->verdict);
        $again->outbox->settle(71, 'withdrawn', null, time(), [OutboxRow::QUEUED]);
        new Rig(self::FILTER);
        self::pay($order);
        self::assertSame('withdrawn', $again->row()->verdict);
        self::assertCount(1, Relay::$captured);
    }

    public function testConsentTakenBackFromACancelledOrderHoldsForItsPaymentAfterAll(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(true);
        $order = self::place();
        self::pay($order);
        do_action('woocommerce_order_status_changed', 71, 'processing', 'cancelled', $order);
        $rig->outbox->settle(71, 'withdrawn', null, time(), [OutboxRow::QUEUED]);
        $rig->hooks->refuse(71);
        new Rig(self::FILTER);
        self::pay($order);
        self::assertSame(['refused', 'refused'], [$rig->row()->verdict, $rig->row()->consent]);
        self::assertCount(1, Relay::$captured);
    }

    public function testAnExplicitNoEndsTheHourInWhichASilentBuyerMayAgree(): void
    {
        $rig = new Rig(self::FILTER);
        $order = self::place();
        self::pay($order);
        self::assertSame('unanswered', $rig->row()->consent);
        $rig->hooks->refuse(71);
        self::says(true);
        self::assertFalse($rig->hooks->agree($order));
        self::assertSame(['refused', []], [$rig->row()->consent, Relay::$captured]);
    }

    public function testAnOrderThatASpoolGivesBackIsNotSentWhereConsentWasTakenBackMeanwhile(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(true);
        self::pay(self::place());
        $before = $rig->row();
        $rig->hooks->refuse(71);
        // A worker that had read the row before.
        $rig->outbox->release(71, $before->node, $before->updatedAt, time(), OutboxRow::LATE);
        $rig->tick->run(time());
        self::assertSame(['withdrawn', 'refused'], [$rig->row()->verdict, $rig->row()->consent]);
        self::assertCount(1, Relay::$captured);
    }

    public function testConsentTakenBackAfterPinterestRefusedTheOrderReachesTheDeadLetter(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(true);
        self::pay(self::place());
        $rig->outbox->settle(71, 'rejected', 'currency: no', time(), [OutboxRow::QUEUED]);
        $rig->hooks->refuse(71);
        self::assertSame(['refused', 'refused'], [$rig->row()->verdict, $rig->row()->consent]);
        self::assertSame([$rig->row()->eventId], Relay::$withdrawn);
    }

    public function testWhatPinterestKnowsAlreadyStaysAsItIs(): void
    {
        $rig = new Rig(self::FILTER);
        self::says(true);
        self::pay(self::place());
        $rig->outbox->settle(71, 'delivered', null, time(), [OutboxRow::QUEUED]);
        $rig->hooks->refuse(71);
        self::assertSame('delivered', $rig->row()->verdict);
        self::assertFalse($rig->row()->isAccepted(), 'but no other browser tells of it');
        self::assertSame([], Relay::$withdrawn);
    }

    public function testTheFilterHearsOfTheOrder(): void
    {
        new Rig(self::FILTER);
        $heard = [];
        add_filter('pinrelay_consent', static function (?bool $told, ?\WC_Order $order) use (&$heard): bool {
            $heard[] = $order?->data['id'];
            return true;
        }, 10, 2);
        self::place();
        self::assertSame([71], $heard);
        self::assertSame([], Site::$log);
    }
}
