<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class TickTest extends TestCase
{
    private const NOW = 1795000000;
    private const MINUTE = 60;

    protected function setUp(): void
    {
        Rig::reset();
    }

    private static function queued(Rig $rig, int $order, string $node = 'node-a', int $at = self::NOW): void
    {
        $rig->pendingRow($order, self::NOW);
        $rig->outbox->claim($order, $node, $at);
    }

    private static function verdict(string $verdict, int $order = 71, int $at = self::NOW + 1): array
    {
        return [
            'event_id' => "event-{$order}",
            'event_name' => 'checkout',
            'verdict' => $verdict,
            'at' => $at,
            'message' => null,
        ];
    }

    public function testWhatWaitsIsHandedOver(): void
    {
        $rig = new Rig();
        $rig->pendingRow(71, self::NOW);
        $rig->pendingRow(72, self::NOW);
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame(['event-71', 'event-72'], array_column(Relay::$captured, 'event_id'));
    }

    public function testVerdictsSettleTheirOrdersAndOthersHearOfIt(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        $heard = [];
        Site::listen('pinrelay_order_settled', $heard);
        $visit = ['event_name' => 'page_visit', 'event_id' => 'x'] + self::verdict('rejected');
        Relay::$settled = [$visit, self::verdict('delivered'), self::verdict('delivered', 99)];
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame('delivered', $rig->row()->verdict);
        self::assertSame([[71, 'delivered']], $heard);
    }

    public function testReadingGoesOnWhereItStopped(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        $rig->tick->run(self::NOW + self::MINUTE);
        $rig->tick->run(self::NOW + 2 * self::MINUTE);
        self::assertSame('..', $rig->nodes->get('node-a')['cursors'][Rig::ACCOUNT]);
    }

    public function testALateOrderGoesOnceMoreInTheSameRound(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        Relay::$settled = [self::verdict('late')];
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame([true], array_column(Relay::$captured, 'late_ok'));
    }

    public function testAQueuedOrderOnALivingNodeIsNeverHandedOverAgain(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        Relay::$status['waiting'] = ['revenue' => 1, 'visit' => 0];
        foreach (range(1, 60) as $minute) {
            $rig->tick->run(self::NOW + $minute * self::MINUTE);
        }
        self::assertSame([], Relay::$captured);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
    }

    public function testAnOrderThatTheSpoolLostIsHandedOverAgainAfterTenMinutes(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        $rig->tick->run(self::NOW + 10 * self::MINUTE);
        self::assertSame([], Relay::$captured);
        $rig->tick->run(self::NOW + 11 * self::MINUTE);
        self::assertSame(['event-71'], array_column(Relay::$captured, 'event_id'));
    }

    public function testABacklogThatIsDeliveredWhileTheTickLooksIsNotTakenForLost(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        // The tick has asked once, for the node; when it asks what waits, the sender has just finished.
        $rig->relays->node();
        Relay::$onStatus = static function (): void {
            Relay::$settled = [self::verdict('delivered', 71, self::NOW + 660)];
        };
        $rig->tick->run(self::NOW + 11 * self::MINUTE);
        self::assertSame([], Relay::$captured);
        self::assertSame('delivered', $rig->row()->verdict);
    }

    public function testWhileVerdictsCannotBeReadNoOrderIsTakenForLost(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        Relay::$throws['settled'] = new SpoolException('', 'io');
        $rig->tick->run(self::NOW + 11 * self::MINUTE);
        self::assertSame([], Relay::$captured);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
    }

    public function testANodeThatFellSilentGivesItsOrdersBackAfterAQuarterOfAnHour(): void
    {
        $rig = new Rig();
        self::queued($rig, 71, 'node-b');
        $rig->nodes->beat('node-b', [], self::NOW + 10 * self::MINUTE);
        $rig->tick->run(self::NOW + 24 * self::MINUTE);
        self::assertSame([], Relay::$captured);
        $rig->tick->run(self::NOW + 26 * self::MINUTE);
        self::assertCount(1, Relay::$captured);
        self::assertSame('node-a', $rig->row()->node);
    }

    public function testANodeThatNeverSpokeIsSilent(): void
    {
        $rig = new Rig();
        self::queued($rig, 71, 'node-b');
        $rig->tick->run(self::NOW + 16 * self::MINUTE);
        self::assertCount(1, Relay::$captured);
    }

    public function testOnesOwnNodeIsNeverSilent(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        Relay::$status['waiting'] = ['revenue' => 1, 'visit' => 0];
        $rig->tick->run(self::NOW + 3600);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
        self::assertSame(self::NOW + 3600, $rig->nodes->get('node-a')['at']);
    }

    public function testANodeWhoseSpoolCannotBeReadFallsSilent(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        Relay::$throws['status'] = new SpoolException('', 'io');
        $rig->tick->run(self::NOW + 16 * self::MINUTE);
        self::assertSame(OutboxRow::PENDING, $rig->row()->state);
    }

    public function testANodeThatKnowsItsNameAndCannotReadItsSpoolFallsSilent(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        $rig->relays->node();
        Relay::$throws['status'] = new SpoolException('', 'io');
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame(0, $rig->nodes->get('node-a')['at']);
        Relay::$throws = [];
        $rig->tick->run(self::NOW + 2 * self::MINUTE);
        self::assertSame(self::NOW + 2 * self::MINUTE, $rig->nodes->get('node-a')['at']);
    }

    public function testHeartbeatsOfNodesLongGoneAreRemoved(): void
    {
        $rig = new Rig();
        $rig->nodes->beat('node-b', [], self::NOW - 8 * 86400);
        $rig->nodes->beat('node-c', [], self::NOW - 6 * 86400);
        $rig->tick->run(self::NOW);
        $names = $rig->nodes->names();
        sort($names);
        self::assertSame(['pinrelay_node_node-a', 'pinrelay_node_node-c'], $names);
    }

    public function testACancelledOrderIsTakenBackByTheNodeThatHoldsIt(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        $rig->outbox->wishWithdrawn(71);
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame(['event-71'], Relay::$withdrawn);
        Relay::$settled = [self::verdict('withdrawn', 71, self::NOW + 61)];
        $rig->tick->run(self::NOW + 2 * self::MINUTE);
        self::assertSame('withdrawn', $rig->row()->verdict);
    }

    public function testAnOrderOlderThanSevenDaysExpires(): void
    {
        $rig = new Rig();
        $rig->pendingRow(71, self::NOW - 7 * 86400);
        $rig->pendingRow(72, self::NOW - 6 * 86400);
        $rig->tick->run(self::NOW);
        self::assertSame('expired', $rig->row(71)->verdict);
        self::assertSame(['event-72'], array_column(Relay::$captured, 'event_id'));
    }

    public function testASpoolThatTakesNothingIsNotAskedForEveryOrder(): void
    {
        $rig = new Rig();
        $rig->pendingRow(71, self::NOW);
        $rig->pendingRow(72, self::NOW);
        Relay::$throws['capture'] = new SpoolException('', 'full');
        $rig->tick->run(self::NOW);
        self::assertCount(1, Site::$log);
        self::assertSame(2, $rig->outbox->counts()['pending']);
    }

    public function testOneBadOrderDoesNotHoldUpTheOthers(): void
    {
        $rig = new Rig();
        $rig->pendingRow(71, self::NOW);
        $rig->pendingRow(72, self::NOW + 1);
        add_filter('pinrelay_event', static fn (array $event): array => $event['order_id'] === '71'
            ? throw new \LogicException('a filter of somebody')
            : $event);
        $rig->tick->run(self::NOW);
        self::assertSame(['event-72'], array_column(Relay::$captured, 'event_id'));
        self::assertSame(OutboxRow::PENDING, $rig->row(71)->state);
    }

    public function testARetiredAccountThatWorkedIsDrained(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        $rig->pendingRow(72, self::NOW);
        $rig = new Rig(['ad_account_id' => '6']);
        Relay::$settled = [self::verdict('delivered')];
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame('delivered', $rig->row(71)->verdict);
        self::assertSame([[Rig::ACCOUNT, 'event-72']], array_map(
            static fn (array $event): array => [$event['to'], $event['event_id']],
            Relay::$captured,
        ));
    }

    public function testARetiredAccountThatNeverWorkedGivesItsOrdersToTheNewOne(): void
    {
        $rig = new Rig();
        self::queued($rig, 71);
        $rig = new Rig(['ad_account_id' => '6']);
        Relay::$status['last_success_at'] = null;
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame([Rig::ACCOUNT], Relay::$purged);
        self::assertSame(['6'], array_column(Relay::$captured, 'to'));
        self::assertSame(self::NOW, $rig->row()->eventTime);
    }

    public function testARetiredAccountThatWorkedOnAnotherNodeKeepsItsOrders(): void
    {
        $rig = new Rig();
        self::queued($rig, 70, 'node-b');
        $rig->outbox->settle(70, 'delivered', null, self::NOW, [OutboxRow::QUEUED], Rig::ACCOUNT);
        self::queued($rig, 71, 'node-b');
        $rig->nodes->beat('node-b', [], self::NOW);
        $rig = new Rig(['ad_account_id' => '6']);
        Relay::$status['last_success_at'] = null;
        $rig->tick->run(self::NOW + self::MINUTE);
        self::assertSame([[], [], 'node-b'], [Relay::$purged, Relay::$captured, $rig->row()->node]);
    }

    public function testOrdersOfAnAccountThatCannotBeReachedDoNotHoldUpTheOthers(): void
    {
        $rig = new Rig();
        foreach (range(1, 600) as $order) {
            $rig->outbox->accept($order, "lost-{$order}", 'unknown', self::NOW - 10);
        }
        $rig->pendingRow(700, self::NOW);
        $rig->tick->run(self::NOW);
        self::assertSame(['event-700'], array_column(Relay::$captured, 'event_id'));
    }

    public function testAShopThatIsSwitchedOffSendsNothing(): void
    {
        $rig = new Rig(['enabled' => false]);
        $rig->pendingRow(71, self::NOW);
        $rig->tick->run(self::NOW);
        self::assertSame([[], OutboxRow::PENDING], [Relay::$captured, $rig->row(71)->state]);
    }
}
