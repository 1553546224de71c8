<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\OutboxTable;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** The table of the version before, as a shop brings it along with orders that wait. */
final class OutboxTableTest extends TestCase
{
    private const NOW = 1795000100;

    /** As the first version made it. */
    private const FIRST = <<<'SQL'
        CREATE TABLE IF NOT EXISTS wp_pinrelay_orders (
            order_id bigint(20) NOT NULL,
            event_id varchar(64) NOT NULL DEFAULT '',
            destination varchar(64) NOT NULL DEFAULT '',
            state varchar(10) NOT NULL,
            verdict varchar(20) NOT NULL DEFAULT '',
            message varchar(500) NOT NULL DEFAULT '',
            node varchar(64) NOT NULL DEFAULT '',
            event_time bigint(20) NOT NULL DEFAULT 0,
            consent varchar(16) NOT NULL DEFAULT '',
            context text NOT NULL,
            browser varchar(16) NOT NULL DEFAULT '',
            updated_at bigint(20) NOT NULL DEFAULT 0,
            PRIMARY KEY  (order_id),
            KEY event_id (event_id),
            KEY state (state, updated_at)
        )
        SQL;

    protected function setUp(): void
    {
        Rig::reset();
        Site::$database->query('DROP TABLE wp_pinrelay_orders');
        Site::$database->query(self::FIRST);
        $rows = [
            "71, 'event-71', '" . Rig::ACCOUNT . "', 'pending', '', '', 1795000000, '', '{\"ip\":\"203.0.113.9\"}'",
            "72, 'event-72', '" . Rig::ACCOUNT . "', 'queued', '', 'node-a', 1795000000, '', ''",
            "73, '', '', 'noted', '', '', 0, 'granted', '{\"ip\":\"203.0.113.9\"}'",
            "74, '', '', 'settled', 'refused', '', 0, 'refused', ''",
            "75, 'event-75', '" . Rig::ACCOUNT . "', 'queued', 'withdraw', 'node-a', 1795000000, '', ''",
        ];
        foreach ($rows as $row) {
            Site::$database->query(
                'INSERT INTO wp_pinrelay_orders (order_id, event_id, destination, state, verdict, node, event_time,'
                    . " consent, context) VALUES ({$row})",
            );
        }
    }

    public function testOrdersThatWaitInTheTableOfTheVersionBeforeAreSent(): void
    {
        (new OutboxTable(Site::$database))->create();
        new \WC_Order(['total' => '19.90']);
        $rig = new Rig(['value' => 'total']);
        self::assertTrue($rig->dispatcher->send($rig->row(71), self::NOW));
        $event = Relay::$captured[0];
        self::assertSame(
            ['event-71', '19.90', '203.0.113.9'],
            [$event['event_id'], $event['value'], $event['user']['ip']],
        );
        self::assertSame(
            [OutboxRow::QUEUED, OutboxRow::NOTED, OutboxRow::REFUSED],
            [$rig->row(72)->state, $rig->row(73)->state, $rig->row(74)->verdict],
        );
        self::assertSame([[], 0], [$rig->row(72)->event, $rig->row(72)->dueAt]);
    }

    public function testWhatWaitsInTheTableAndInItsSpoolsIsToldOnceAndSettledOnce(): void
    {
        (new OutboxTable(Site::$database))->create();
        new \WC_Order(['total' => '19.90']);
        $rig = new Rig(['value' => 'total']);
        $heard = [];
        Site::listen('pinrelay_order_settled', $heard);
        // As the version before left it: a mark for orders and one for visits.
        $cursor = '18a3f-20775.310-20775.4400';
        $rig->nodes->beat('node-a', [Rig::ACCOUNT => $cursor], self::NOW - 60);
        $verdict = static fn (int $order, string $verdict): array => [
            'event_id' => "event-{$order}", 'event_name' => 'checkout', 'verdict' => $verdict, 'at' => self::NOW,
            'message' => null,
        ];
        Relay::$status['waiting'] = ['revenue' => 1, 'visit' => 1];
        Relay::$settled = [$verdict(72, 'delivered')];
        $rig->tick->run(self::NOW);
        self::assertSame([[72, 'delivered']], $heard);
        self::assertSame(['event-75'], Relay::$withdrawn);
        self::assertSame("{$cursor}.", $rig->nodes->get('node-a')['cursors'][Rig::ACCOUNT]);

        Relay::$status['waiting'] = ['revenue' => 0, 'visit' => 1];
        Relay::$settled = [$verdict(72, 'delivered'), $verdict(71, 'delivered'), $verdict(75, 'withdrawn')];
        $rig->tick->run(self::NOW + 60);
        $rig->tick->run(self::NOW + 3600);
        self::assertSame([[72, 'delivered'], [71, 'delivered'], [75, 'withdrawn']], $heard);
        self::assertSame(['event-71'], array_column(Relay::$captured, 'event_id'));
        self::assertSame([OutboxRow::NOTED, OutboxRow::REFUSED], [$rig->row(73)->state, $rig->row(74)->verdict]);
    }

    public function testTwoFirstRequestsMayBringItUpToDate(): void
    {
        (new OutboxTable(Site::$database))->create();
        (new OutboxTable(Site::$database))->create();
        self::assertSame('granted', (new Rig())->row(73)->consent);
    }
}
