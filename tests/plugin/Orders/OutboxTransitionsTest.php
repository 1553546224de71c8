<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\OutboxTable;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Storefront\VisitorId;
use Pinrelay\WooCommerce\Support\Failure;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** The state machine, on a real database: each move happens once or not at all. */
final class OutboxTransitionsTest extends TestCase
{
    private const CONTEXT = ['ip' => '203.0.113.9', 'user_agent' => 'Mozilla/5.0 (X11; rv:132.0) Firefox/132.0'];
    private const OPEN = [OutboxRow::PENDING, OutboxRow::QUEUED];

    private OutboxTransitions $outbox;

    protected function setUp(): void
    {
        Site::reset();
        $this->outbox = new OutboxTransitions(Site::$database);
    }

    public function testMakingTheTableTwiceKeepsItsRows(): void
    {
        $this->outbox->note(71, [], null, 100);
        (new OutboxTable(Site::$database))->create();
        self::assertNotNull($this->outbox->find(71));
    }

    public function testAnOrderNobodyHasSeenHasNoRow(): void
    {
        self::assertNull($this->outbox->find(71));
    }

    public function testTheWholeWay(): void
    {
        $this->outbox->note(71, self::CONTEXT, 'granted', 100);
        $row = $this->outbox->find(71);
        self::assertSame([OutboxRow::NOTED, self::CONTEXT, 'granted'], [$row->state, $row->context, $row->consent]);
        self::assertFalse($row->isAccepted());

        self::assertTrue($this->outbox->accept(71, 'id-71', '5', 200));
        $row = $this->outbox->find(71);
        self::assertSame(
            [OutboxRow::PENDING, 'id-71', '5', 200, self::CONTEXT],
            [$row->state, $row->eventId, $row->destination, $row->eventTime, $row->context],
        );
        self::assertTrue($row->isAccepted());

        self::assertTrue($this->outbox->claim(71, 'node-a', 300));
        $row = $this->outbox->find(71);
        self::assertSame([OutboxRow::QUEUED, 'node-a', 300], [$row->state, $row->node, $row->updatedAt]);

        self::assertTrue($this->outbox->settle(71, 'delivered', null, 400, self::OPEN));
        $row = $this->outbox->find(71);
        self::assertSame([OutboxRow::SETTLED, 'delivered', []], [$row->state, $row->verdict, $row->context]);
        self::assertTrue($row->isAccepted());
    }

    public function testAnOrderIsAcceptedOnce(): void
    {
        $this->outbox->note(71, self::CONTEXT, null, 100);
        self::assertTrue($this->outbox->accept(71, 'id', '5', 200));
        self::assertFalse($this->outbox->accept(71, 'other', '6', 300));
        self::assertSame([200, '5'], [$this->outbox->find(71)->eventTime, $this->outbox->find(71)->destination]);
    }

    public function testAnOrderThatWasNotNotedIsAcceptedOnceToo(): void
    {
        self::assertTrue($this->outbox->accept(71, 'id', '5', 200));
        self::assertFalse($this->outbox->accept(71, 'id', '5', 201));
    }

    public function testAPendingOrderIsClaimedByOneWorker(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        $claims = [$this->outbox->claim(71, 'node-a', 300), $this->outbox->claim(71, 'node-b', 300)];
        self::assertSame([true, false], $claims);
        self::assertSame('node-a', $this->outbox->find(71)->node);
    }

    public function testAReleasedOrderKeepsItsIdTimeAndDestination(): void
    {
        $this->outbox->note(71, self::CONTEXT, null, 100);
        $this->outbox->accept(71, 'id', '5', 200);
        $this->outbox->claim(71, 'node-a', 300);
        self::assertTrue($this->outbox->release(71, 'node-a', 300, 400));
        $row = $this->outbox->find(71);
        self::assertSame(
            [OutboxRow::PENDING, 'id', 200, '5', '', self::CONTEXT],
            [$row->state, $row->eventId, $row->eventTime, $row->destination, $row->node, $row->context],
        );
        self::assertFalse($this->outbox->release(71, 'node-a', 300, 500), 'only a queued row is released');
    }

    public function testWhoMeansAnEarlierStayInASpoolReleasesNothing(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        $this->outbox->claim(71, 'node-a', 300);
        $this->outbox->release(71, 'node-a', 300, 400);
        $this->outbox->claim(71, 'node-b', 500);
        self::assertFalse($this->outbox->release(71, 'node-a', 300, 600));
        self::assertFalse($this->outbox->release(71, 'node-b', 300, 600));
        self::assertSame(OutboxRow::QUEUED, $this->outbox->find(71)->state);
    }

    public function testTheMarkOfALateOrderOutlivesAnotherRelease(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        $this->outbox->claim(71, 'node-a', 300);
        $this->outbox->release(71, 'node-a', 300, 400, OutboxRow::LATE);
        $this->outbox->claim(71, 'node-a', 500);
        $this->outbox->release(71, 'node-a', 500, 600);
        self::assertSame(OutboxRow::LATE, $this->outbox->find(71)->verdict);
    }

    public function testASettledOrderStaysSettled(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        $this->outbox->settle(71, 'invalid', 'currency: not known', 300, self::OPEN);
        self::assertFalse($this->outbox->settle(71, 'delivered', null, 400, self::OPEN));
        self::assertFalse($this->outbox->claim(71, 'node-a', 400));
        self::assertFalse($this->outbox->accept(71, 'id', '5', 400));
        self::assertSame('currency: not known', $this->outbox->find(71)->message);
    }

    public function testAWithdrawnOrderThatIsPaidAfterAllIsAcceptedAnew(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        $this->outbox->settle(71, 'withdrawn', null, 300, self::OPEN);
        self::assertFalse($this->outbox->find(71)->isAccepted());
        self::assertTrue($this->outbox->accept(71, 'id', '5', 400));
        $row = $this->outbox->find(71);
        self::assertSame([OutboxRow::PENDING, null], [$row->state, $row->verdict]);
    }

    public function testASecondTryOfTheSameUnpaidOrderBringsFresherFacts(): void
    {
        $this->outbox->note(71, self::CONTEXT, null, 100);
        $this->outbox->note(71, ['ip' => '198.51.100.7'], null, 200);
        self::assertSame(['ip' => '198.51.100.7'], $this->outbox->find(71)->context);
    }

    public function testNotingNeverTouchesAnAcceptedOrder(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        $this->outbox->note(71, self::CONTEXT, null, 300);
        self::assertSame([OutboxRow::PENDING, []], [$this->outbox->find(71)->state, $this->outbox->find(71)->context]);
    }

    public function testARefusalKeepsTheNumberAndThatWordAndNothingElse(): void
    {
        $this->outbox->note(71, self::CONTEXT, null, 100);
        $this->outbox->refuse(71, 200);
        $row = $this->outbox->find(71);
        self::assertSame(
            [OutboxRow::SETTLED, 'refused', [], '', null],
            [$row->state, $row->verdict, $row->context, $row->eventId, $row->eventTime],
        );
        self::assertFalse($row->isAccepted());
        self::assertFalse($this->outbox->accept(71, 'id', '5', 300));
    }

    public function testTheWishToWithdrawLeavesTheStayInTheSpoolAsItIs(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        self::assertFalse($this->outbox->wishWithdrawn(71), 'only a queued row has a spool to ask');
        $this->outbox->claim(71, 'node-a', 300);
        self::assertTrue($this->outbox->wishWithdrawn(71));
        self::assertSame(300, $this->outbox->find(71)->updatedAt);
        self::assertFalse($this->outbox->find(71)->isAccepted());
        self::assertSame(['id'], $this->outbox->wishesOn('node-a', '5'));
        self::assertSame([], $this->outbox->wishesOn('node-b', '5'));
        self::assertTrue($this->outbox->wishKept(71));
        self::assertSame([], $this->outbox->wishesOn('node-a', '5'));
    }

    public function testABrowserHalfThatFiredIsNotUnsaid(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        self::assertTrue($this->outbox->browser(71, OutboxRow::BLOCKED));
        self::assertTrue($this->outbox->browser(71, OutboxRow::FIRED));
        self::assertFalse($this->outbox->browser(71, OutboxRow::BLOCKED));
        self::assertSame(OutboxRow::FIRED, $this->outbox->find(71)->browser);
    }

    public function testPendingOrdersComeOldestFirstAndByDestination(): void
    {
        $this->outbox->accept(1, 'a', '5', 300);
        $this->outbox->accept(2, 'b', '5', 100);
        $this->outbox->accept(3, 'c', '6', 50);
        $ids = static fn (array $rows): array => array_map(static fn (OutboxRow $row): int => $row->orderId, $rows);
        self::assertSame([2, 1], $ids($this->outbox->pending('5', 10)));
        self::assertSame([2], $ids($this->outbox->pending('5', 1)));
        self::assertSame([3, 2], $ids($this->outbox->pendingBefore(200, 10)));
    }

    public function testALostNodeGivesItsOldRowsBackAndNoOthers(): void
    {
        foreach ([1 => 'node-a', 2 => 'node-a', 3 => 'node-b'] as $order => $node) {
            $this->outbox->accept($order, "id-{$order}", '5', 100);
            $this->outbox->claim($order, $node, $order === 2 ? 900 : 100);
        }
        self::assertSame(['node-a', 'node-b'], $this->outbox->nodesHolding(500));
        self::assertSame(1, $this->outbox->returnFrom('node-a', 500, 1000));
        self::assertSame(OutboxRow::PENDING, $this->outbox->find(1)->state);
        self::assertSame(OutboxRow::QUEUED, $this->outbox->find(2)->state);
    }

    public function testAnOldRowKeepsOrderStateVerdictConsentAndTimesAndNothingElse(): void
    {
        $day = 86400;
        $this->outbox->note(1, self::CONTEXT, 'granted', 100);
        $this->outbox->note(2, self::CONTEXT, null, 100 + 20 * $day);
        $this->outbox->note(3, self::CONTEXT, 'granted', 100);
        $this->outbox->accept(3, 'id', '5', 200, null, ['event_name' => 'checkout', 'value' => '7']);
        $this->outbox->settle(3, 'invalid', 'currency: not known', 300, self::OPEN);
        $this->outbox->emptyOld(1, 3, 100 + 2 * $day);
        self::assertSame([[], 'id', 'currency: not known'], [
            $this->outbox->find(3)->event,
            $this->outbox->find(3)->eventId,
            $this->outbox->find(3)->message,
        ]);
        self::assertSame(self::CONTEXT, $this->outbox->find(1)->context);
        $this->outbox->emptyOld(1, 3, 100 + 31 * $day);
        $kept = [];
        foreach ([1, 2, 3] as $id) {
            $sql = "SELECT * FROM wp_pinrelay_orders WHERE order_id = {$id}";
            $row = Site::$database->get_results($sql, 'ARRAY_A')[0];
            $isKept = static fn (mixed $value): bool => !in_array($value, ['', 0, null], true);
            $kept[$id] = array_keys(array_filter($row, $isKept));
        }
        $settled = ['order_id', 'state', 'verdict', 'event_time', 'consent', 'updated_at'];
        self::assertSame(['order_id', 'state', 'consent', 'updated_at'], $kept[1], 'its consent is not forgotten');
        self::assertContains('context', $kept[2]);
        self::assertSame($settled, $kept[3]);
        self::assertFalse($this->outbox->accept(3, 'id', '5', 100 + 40 * $day), 'it is not told a second time');
    }

    public function testWhatAnOldWithdrawnRowSaysStillDecides(): void
    {
        $this->outbox->accept(1, 'a', '5', 200);
        $this->outbox->settle(1, 'withdrawn', 'Discarded by the owner.', 300, self::OPEN);
        $this->outbox->accept(2, 'b', '5', 200);
        $this->outbox->settle(2, 'delivered', null, 300, self::OPEN);
        $this->outbox->ended(2, true);
        $this->outbox->emptyOld(1, 2, 300 + 40 * 86400);
        self::assertSame('Discarded by the owner.', $this->outbox->find(1)->message);
        self::assertSame(OutboxRow::ENDED, $this->outbox->find(2)->message);
    }

    public function testNumbersFollowEveryMoveAndARecountFindsTheSame(): void
    {
        for ($id = 1; $id <= 7; $id++) {
            $this->outbox->accept($id, "id-{$id}", '5', 200);
        }
        $this->outbox->settle(1, 'delivered', null, 300, self::OPEN, '5');
        $this->outbox->settle(1, 'delivered', null, 300, self::OPEN, '5');
        $this->outbox->settle(2, 'delivered', null, 300, self::OPEN, '5');
        $this->outbox->settle(3, 'rejected', 'no', 300, self::OPEN);
        $this->outbox->requeue(3, 'node-a', 301);
        $this->outbox->settle(4, 'withdrawn', null, 300, self::OPEN);
        $this->outbox->accept(4, 'id-4', '5', 400);
        $this->outbox->refuse(5, 300);
        $this->outbox->refuse(8, 300);
        $this->outbox->note(8, [], 'granted', 301);
        $this->outbox->ended(2, true);
        $this->outbox->ended(2, true);
        $this->outbox->settle(6, 'delivered', null, 300, self::OPEN, '5');
        $this->outbox->ended(6, true);
        $this->outbox->forget($this->outbox->find(6));
        $this->outbox->accept(9, 'id-9', '', 200, null, [], 'tag_only');
        $numbers = ['delivered' => 2, 'refused' => 1, 'tag_only' => 1];
        self::assertSame($numbers, $this->outbox->verdicts());
        self::assertSame(1, $this->outbox->endedCount());
        self::assertTrue($this->outbox->hasDelivered('5'));
        self::assertFalse($this->outbox->hasDelivered('6'));

        $this->outbox->recount();
        self::assertSame($numbers, $this->outbox->verdicts());
        Site::$database->query(
            "UPDATE wp_options SET option_value = '40' WHERE option_name = 'pinrelay_count_delivered'",
        );
        Site::$database->query("DELETE FROM wp_options WHERE option_name = 'pinrelay_count_refused'");
        $this->outbox->recount();
        self::assertSame($numbers, $this->outbox->verdicts());
        self::assertSame(1, $this->outbox->endedCount());
    }

    public function testARowThatASpoolHoldsIsNotForgotten(): void
    {
        $this->outbox->accept(1, 'id', '5', 200);
        $this->outbox->claim(1, 'node-a', 300);
        self::assertSame(0, $this->outbox->forget($this->outbox->find(1)));
        self::assertNotNull($this->outbox->find(1));
    }

    public function testCounts(): void
    {
        $this->outbox->note(1, [], null, time());
        $this->outbox->accept(2, 'b', '5', 100);
        $this->outbox->settle(2, 'delivered', null, 200, self::OPEN);
        self::assertSame(['noted' => 1, 'pending' => 0, 'queued' => 0, 'settled' => 1], $this->outbox->counts());
        self::assertSame(['delivered' => 1], $this->outbox->verdicts());
        self::assertSame([], $this->outbox->destinations());
    }

    /** @return array<string, array{array<string, mixed>}> */
    public static function hostileContexts(): array
    {
        return [
            'quotes' => [['user_agent' => "'; DROP TABLE wp_pinrelay_orders; -- \\\""]],
            'placeholders' => [['user_agent' => '100%s %d %i']],
            'four-byte characters' => [['url' => 'https://shop.example/🧨']],
        ];
    }

    /** @dataProvider hostileContexts */
    #[DataProvider('hostileContexts')]
    public function testHostileContextComesBackAsItWas(array $context): void
    {
        $this->outbox->note(71, $context, null, 100);
        self::assertSame($context, $this->outbox->find(71)->context);
    }

    public function testBytesThatAreNoTextAndEndlessHeadersDoNotCostTheOrder(): void
    {
        $this->outbox->note(71, [
            'user_agent' => "\xff\xfe" . str_repeat('a', 1_000_000),
            'ip' => '203.0.113.9',
        ], null, 1);
        $context = $this->outbox->find(71)->context;
        self::assertSame('203.0.113.9', $context['ip']);
        self::assertLessThan(5000, strlen($context['user_agent']));
    }

    public function testTheBrowserHalfGoesToOneBrowserAndIsGivenOnOnlyByItsName(): void
    {
        $this->outbox->accept(71, 'event-71', '5', 1);
        self::assertSame('', $this->outbox->find(71)->tagHolder);
        self::assertTrue($this->outbox->holdTag(71, 'one', ''));
        self::assertFalse($this->outbox->holdTag(71, 'two', ''));
        self::assertFalse($this->outbox->holdTag(71, 'two', 'three'));
        self::assertTrue($this->outbox->holdTag(71, 'two', 'one'));
        self::assertSame('two', $this->outbox->find(71)->tagHolder);
        self::assertFalse($this->outbox->holdTag(72, 'one', ''), 'an order that is not known');
    }

    public function testTheBrowserThatPlacesAnOrderIsKnownAgainAndForgottenWithIt(): void
    {
        $id = '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d';
        $this->outbox->note(71, ['external_id' => $id], 'granted', 1);
        $buyer = $this->outbox->find(71)->buyer;
        self::assertSame([VisitorId::digest($id), 32], [$buyer, strlen($buyer)]);
        self::assertStringNotContainsString($buyer, hash('sha256', $id), 'no match key');
        $this->outbox->accept(71, 'event-71', '5', 1);
        $this->outbox->settle(71, 'delivered', null, 2, [OutboxRow::PENDING]);
        self::assertSame($buyer, $this->outbox->find(71)->buyer, 'its page may come later');
        $this->outbox->note(72, ['external_id' => '7'], 'granted', 1);
        self::assertSame('', $this->outbox->find(72)->buyer, 'the number of an account is no browser');
        $this->outbox->note(73, ['external_id' => $id], 'granted', 1);
        $this->outbox->refuse(73, 2);
        self::assertSame('', $this->outbox->find(73)->buyer);
    }

    public function testBrowserHalvesAreCountedAndSilenceIsALossToo(): void
    {
        foreach ([71 => 'fired', 72 => 'blocked', 73 => '', 74 => '', 75 => '', 76 => 'fired'] as $id => $word) {
            $this->outbox->accept($id, "event-$id", '5', 1);
            $word === '' || $this->outbox->browser($id, $word);
            $verdict = $id === 75 ? 'withdrawn' : 'delivered';
            $this->outbox->settle($id, $verdict, null, $id === 76 ? 99 : 200, [OutboxRow::PENDING]);
        }
        self::assertSame(['fired' => 1, 'blocked' => 1, 'silent' => 2], $this->outbox->browserHalves(100));
    }

    public function testADatabaseThatFailsIsToldAndNotTakenForNo(): void
    {
        Site::$database->isGone = true;
        foreach (
            [
                fn () => $this->outbox->find(71),
                fn () => $this->outbox->accept(71, 'id', '5', 1),
                fn () => $this->outbox->pending('5', 1),
            ] as $work
        ) {
            try {
                $work();
                self::fail('It kept silent.');
            } catch (Failure $failure) {
                self::assertStringContainsString('outbox', $failure->getMessage());
            }
        }
    }
}
