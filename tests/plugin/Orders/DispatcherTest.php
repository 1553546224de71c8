<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\InvalidEventException;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class DispatcherTest extends TestCase
{
    private const NOW = 1795000100;

    protected function setUp(): void
    {
        Rig::reset();
    }

    public function testAnAcceptedOrderIsHandedOverWithItsFixedIdAndTime(): void
    {
        $rig = new Rig();
        self::assertTrue($rig->dispatcher->send($rig->pendingRow(71, 1795000000), self::NOW));
        $event = Relay::$captured[0];
        self::assertSame(
            ['checkout', 'event-71', 1795000000, '71'],
            [$event['event_name'], $event['event_id'], $event['event_time'], $event['order_id']],
        );
        self::assertArrayNotHasKey('late_ok', $event);
        self::assertSame([OutboxRow::QUEUED, 'node-a'], [$rig->row()->state, $rig->row()->node]);
    }

    public function testTwoWorkersHandTheSameOrderOverOnce(): void
    {
        $rig = new Rig();
        $row = $rig->pendingRow(71, 1795000000);
        $rig->dispatcher->send($row, self::NOW);
        self::assertFalse((new Rig())->dispatcher->send($row, self::NOW));
        self::assertCount(1, Relay::$captured);
    }

    public function testALateOrderGoesWithThePermissionToBeLate(): void
    {
        $rig = new Rig();
        $row = $rig->pendingRow(71, 1795000000);
        $rig->outbox->claim(71, 'node-a', self::NOW);
        $rig->outbox->release(71, 'node-a', self::NOW, self::NOW, OutboxRow::LATE);
        $rig->dispatcher->send($rig->row(), self::NOW);
        self::assertTrue(Relay::$captured[0]['late_ok']);
    }

    public function testAnOrderThatComesUpAfterTheHourGoesLateWithoutAskingTheSpoolFirst(): void
    {
        $rig = new Rig();
        $row = $rig->pendingRow(71, self::NOW - 3600);
        self::assertTrue($rig->dispatcher->send($row, self::NOW));
        self::assertTrue(Relay::$captured[0]['late_ok']);
        self::assertSame(self::NOW - 3600, Relay::$captured[0]['event_time'], 'its time does not move');
    }

    public function testAnOrderThatComesUpAfterTheHourIsCoveredWhereTheBrowserHalfFired(): void
    {
        $rig = new Rig();
        $rig->pendingRow(71, self::NOW - 3600);
        $rig->outbox->browser(71, OutboxRow::FIRED);
        self::assertFalse($rig->dispatcher->send($rig->row(), self::NOW));
        self::assertSame([[], 'covered'], [Relay::$captured, $rig->row()->verdict]);
    }

    public function testAnOrderThatComesUpAfterSevenDaysIsExpiredWithAReasonEvenWithoutARelay(): void
    {
        $rig = new Rig(['access_token' => '']);
        self::assertFalse($rig->dispatcher->send($rig->pendingRow(71, self::NOW - 7 * 86400), self::NOW));
        self::assertSame('expired', $rig->row()->verdict);
        self::assertStringContainsString('seven days', $rig->row()->message);
    }

    public function testAnEventThatTheExtensionRefusesSettlesWithItsWords(): void
    {
        $rig = new Rig();
        Relay::$throws['capture'] = new InvalidEventException('The event cannot be sent: currency: not known');
        self::assertFalse($rig->dispatcher->send($rig->pendingRow(71, 1795000000), self::NOW));
        self::assertSame([OutboxRow::SETTLED, 'invalid'], [$rig->row()->state, $rig->row()->verdict]);
        self::assertStringContainsString('currency', $rig->row()->message);
    }

    /** @return array<string, array{string, \Throwable}> */
    public static function failures(): array
    {
        return [
            'a full disk' => ['capture', new SpoolException('No space left on device', 'full')],
            'a panic' => ['capture', new \Error('a panic')],
            'anything else' => ['capture', new \RuntimeException('ada@shopper.example is not wanted')],
            'a spool that cannot be opened' => ['__construct', new SpoolException('', 'foreign_owner')],
            'a node that cannot be told' => ['status', new SpoolException('', 'io')],
        ];
    }

    /** @dataProvider failures */
    #[DataProvider('failures')]
    public function testAnyFailureLeavesTheOrderPendingAndUnchanged(string $method, \Throwable $failure): void
    {
        $rig = new Rig();
        Relay::$throws[$method] = $failure;
        $row = $rig->pendingRow(71, 1795000000);
        self::assertFalse($rig->dispatcher->send($row, self::NOW));
        self::assertSame(
            [OutboxRow::PENDING, 'event-71', 1795000000, Rig::ACCOUNT],
            [$rig->row()->state, $rig->row()->eventId, $rig->row()->eventTime, $rig->row()->destination],
        );
        self::assertStringNotContainsString('ada@', implode("\n", Site::$log));

        Relay::$throws = [];
        self::assertTrue((new Rig())->dispatcher->send($rig->row(), self::NOW + 60));
    }

    public function testAFailureThatRepeatsIsLoggedOnce(): void
    {
        $rig = new Rig();
        Relay::$throws['capture'] = new \Error('a panic');
        $rig->pendingRow(71, 1795000000);
        foreach ([1, 2, 3] as $minute) {
            (new Rig())->dispatcher->send($rig->row(), self::NOW + 60 * $minute);
        }
        self::assertCount(1, Site::$log);
    }

    public function testAnOrderThatWasCancelledMeanwhileIsNotHandedOver(): void
    {
        $rig = new Rig();
        $row = $rig->pendingRow(71, 1795000000);
        Site::$orders[71]->data['status'] = 'cancelled';
        $rig->dispatcher->send($row, self::NOW);
        self::assertSame('withdrawn', $rig->row()->verdict);
        self::assertSame([], Relay::$captured);
    }

    public function testAnOrderThatIsGoneIsNotHandedOver(): void
    {
        $rig = new Rig();
        $row = $rig->pendingRow(71, 1795000000);
        unset(Site::$orders[71]);
        $rig->dispatcher->send($row, self::NOW);
        self::assertSame('withdrawn', $rig->row()->verdict);
    }

    public function testAFilterMayChangeTheEventButNotItsIdAndTime(): void
    {
        $rig = new Rig();
        add_filter('pinrelay_event', static fn (array $event): array => [
            'event_id' => 'mine',
            'event_time' => 1,
            'content_name' => 'a gift',
        ] + $event);
        $rig->dispatcher->send($rig->pendingRow(71, 1795000000), self::NOW);
        $event = Relay::$captured[0];
        self::assertSame(
            ['event-71', 1795000000, 'a gift'],
            [$event['event_id'], $event['event_time'], $event['content_name']],
        );
    }

    public function testAFilterMayLeaveAnOrderOut(): void
    {
        $rig = new Rig();
        add_filter('pinrelay_event', static fn () => null);
        $rig->dispatcher->send($rig->pendingRow(71, 1795000000), self::NOW);
        self::assertSame([[], 'withdrawn'], [Relay::$captured, $rig->row()->verdict]);
    }

    public function testAnOrderGoesToTheAccountItWasAcceptedFor(): void
    {
        $before = new Rig();
        $row = $before->pendingRow(71, 1795000000);
        $after = new Rig(['ad_account_id' => '6', 'access_token' => 'pina_six']);
        $after->dispatcher->send($row, self::NOW);
        self::assertSame(Rig::ACCOUNT, Relay::$captured[0]['to']);
        $options = array_column(Relay::$made, null, 'ad_account_id')[Rig::ACCOUNT];
        self::assertSame('pina_secret', $options['access_token'], 'with the token that account had');
    }
}
