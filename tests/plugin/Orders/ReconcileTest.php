<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\EventId;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class ReconcileTest extends TestCase
{
    private int $now;

    protected function setUp(): void
    {
        Rig::reset();
        // Acceptance by OrderHooks is by the real clock.
        $this->now = time();
    }

    public function testAMissedOrderIsHandedOverOnceWithItsOwnIdAndTime(): void
    {
        $rig = new Rig();
        $this->missed(71, 600);
        self::assertSame(['send_on_time'], $this->look($rig, [71]));
        self::assertSame(['waiting'], $this->look(new Rig(), [71]));
        self::assertCount(1, Relay::$captured);
        self::assertSame(
            [EventId::ofOrder(71, 'wc_order_71', $rig->state->secret()), $this->now - 600],
            [Relay::$captured[0]['event_id'], Relay::$captured[0]['event_time']],
        );
        self::assertArrayNotHasKey('late_ok', Relay::$captured[0]);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
    }

    public function testAnOrderThatWasOnlySeenAtCheckoutKeepsItsVisitor(): void
    {
        $rig = new Rig();
        $this->missed(71, 600);
        $rig->outbox->note(71, ['ip' => '203.0.113.9'], 'granted', $this->now - 610);
        self::assertSame(['send_on_time'], $this->look($rig, [71]));
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
    }

    public function testAnOrderMissedForHoursGoesLate(): void
    {
        $this->missed(71, 7200);
        self::assertSame(['send_late'], $this->look(new Rig(), [71]));
        self::assertTrue(Relay::$captured[0]['late_ok']);
    }

    public function testAnOrderMissedForAWeekIsSettledWithTheReason(): void
    {
        $rig = new Rig();
        $this->missed(71, 8 * 86400);
        self::assertSame(['expired'], $this->look($rig, [71]));
        self::assertSame([], Relay::$captured);
        self::assertSame(['expired', OutboxRow::SETTLED], [$rig->row()->verdict, $rig->row()->state]);
        self::assertStringContainsString('seven days', $rig->row()->message);
        self::assertSame(['expired'], $this->look($rig, [71]), 'and stays so');
    }

    public function testADryRunTellsTheSameAndChangesNothing(): void
    {
        $rig = new Rig();
        foreach ([71 => 600, 72 => 7200, 73 => 8 * 86400] as $id => $age) {
            $this->missed($id, $age);
        }
        self::assertSame(['send_on_time', 'send_late', 'expired'], $this->look($rig, [71, 72, 73], isDry: true));
        self::assertSame([], Relay::$captured);
        self::assertSame([], $rig->outbox->findAll([71, 72, 73]));
    }

    public function testARowOfASilentNodeIsSentAgainAndOneOfALiveNodeIsLeftAlone(): void
    {
        $rig = new Rig();
        foreach ([71 => 'node-b', 72 => 'node-c'] as $id => $node) {
            $rig->pendingRow($id, $this->now - 1200);
            $rig->outbox->claim($id, $node, $this->now - 1200);
        }
        $rig->nodes->beat('node-c', [], $this->now - 60);
        self::assertSame(['send_on_time', 'waiting'], $this->look($rig, [71, 72]));
        self::assertSame(['event-71'], array_column(Relay::$captured, 'event_id'));
        self::assertSame(['node-a', 'node-c'], [$rig->row(71)->node, $rig->row(72)->node]);
    }

    public function testAPendingRowIsHandedOver(): void
    {
        $rig = new Rig();
        $rig->pendingRow(71, $this->now - 600);
        self::assertSame(['send_on_time'], $this->look($rig, [71]));
        self::assertSame(['event-71'], array_column(Relay::$captured, 'event_id'));
    }

    public function testWhatIsNoOrderOfTheShopIsLeftAlone(): void
    {
        new \WC_Order(['id' => 71, 'type' => 'shop_subscription']);
        self::assertSame(['no_order', 'no_order'], $this->look(new Rig(), [71, 72]));
    }

    public function testAnOrderThatAFilterLeftOutOfTheEventsIsNotAskedForeverAgain(): void
    {
        $rig = new Rig();
        $this->missed(71, 600);
        add_filter('pinrelay_event', static fn (): mixed => null);
        $this->look($rig, [71]);
        $accepted = [];
        Site::listen('pinrelay_order_accepted', $accepted);
        self::assertSame(['withdrawn'], $this->look($rig, [71]));
        self::assertSame([], $accepted);
    }

    public function testOneOrderThatCannotBeReadDoesNotStopTheOthers(): void
    {
        $rig = new Rig();
        $this->missed(71, 600)->data['date_paid'] = null;
        $this->missed(72, 600);
        add_filter('pinrelay_accept_order', static fn (bool $accept, object $order): bool => $order->get_id() === 71
            ? throw new \RuntimeException('broken')
            : $accept, 10, 2);
        self::assertSame(['unreadable', 'send_on_time'], $this->look($rig, [71, 72]));
        self::assertCount(1, Relay::$captured);
    }

    public function testWhoeverStopsListeningStopsTheWork(): void
    {
        $this->missed(71, 600);
        $this->missed(72, 600);
        foreach ((new Rig())->reconcile->look([71, 72], $this->now) as $decision) {
            break;
        }
        self::assertCount(1, Relay::$captured);
    }

    private function missed(int $id, int $age): \WC_Order
    {
        return new \WC_Order([
            'id' => $id,
            'date_created' => new \DateTimeImmutable('@' . ($this->now - $age)),
            'date_paid' => new \DateTimeImmutable('@' . ($this->now - $age)),
        ]);
    }

    /**
     * @param list<int> $ids
     * @return list<string> reasons
     */
    private function look(Rig $rig, array $ids, bool $isDry = false): array
    {
        return array_column(iterator_to_array($rig->reconcile->look($ids, $this->now, isDry: $isDry)), 'reason');
    }
}
