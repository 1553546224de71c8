<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Admin\NoticeRules;
use Pinrelay\WooCommerce\Installer;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\TableRepair;
use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Status\Report;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** The outbox's table is gone, or was never there. */
final class TableRepairTest extends TestCase
{
    private const NOW = 1795000000;

    protected function setUp(): void
    {
        Rig::reset();
    }

    private static function drop(): void
    {
        Site::$database->query('DROP TABLE wp_pinrelay_orders');
    }

    public function testATableThatIsGoneIsMadeByTheFirstOrderThatNeedsIt(): void
    {
        $rig = new Rig();
        self::drop();
        $now = new \DateTimeImmutable('@' . time());
        $rig->hooks->accept(new \WC_Order(['date_created' => $now]));
        self::assertCount(1, Relay::$captured);
        self::assertSame(OutboxRow::QUEUED, $rig->row()->state);
        self::assertSame([], Site::$log);
    }

    public function testATableThatLacksAColumnIsGivenIt(): void
    {
        $rig = new Rig();
        Site::$database->query('DROP INDEX wp_pinrelay_orders_due_at');
        Site::$database->query('ALTER TABLE wp_pinrelay_orders DROP COLUMN due_at');
        self::assertSame([], $rig->outbox->held(self::NOW, 10));
    }

    public function testWhereTheDatabaseRefusesItIsAskedOnceARequestAndAfterAWhileThatGrows(): void
    {
        new Rig();
        self::drop();
        Site::$database->isStrict = true;
        $tries = static function (int $now): int {
            $before = Site::$database->refused;
            $repair = new TableRepair(Site::$database);
            $repair->mend($now);
            $repair->mend($now);
            return Site::$database->refused - $before;
        };
        self::assertSame([1, 0, 1, 0, 0, 1], array_map(
            $tries,
            [self::NOW, self::NOW + 59, self::NOW + 60, self::NOW + 119, self::NOW + 179, self::NOW + 180],
        ));
        Site::$database->isStrict = false;
        self::assertTrue((new TableRepair(Site::$database))->mend(self::NOW + 3600));
        self::assertFalse((new TableRepair(Site::$database))->isRefused());
    }

    public function testAFailureWithAWholeTableIsNoReasonToMakeOne(): void
    {
        new Rig();
        Site::$database->isStrict = true;
        self::assertFalse((new TableRepair(Site::$database))->mend(self::NOW));
        self::assertSame(0, Site::$database->refused);
    }

    public function testWhereItIsRefusedTheOrdersHookHoldsAndTheOwnerIsTold(): void
    {
        $rig = new Rig();
        self::drop();
        Site::$database->isStrict = true;
        $now = new \DateTimeImmutable('@' . time());
        new \WC_Order(['date_created' => $now]);
        do_action('woocommerce_order_status_processing', 71);
        self::assertSame([], Relay::$captured);

        $report = Report::gather($rig->store->settings(), $rig->relays, $rig->outbox);
        self::assertTrue($report->isTableRefused);
        self::assertTrue($report->isBroken());
        self::assertSame(
            NoticeRules::TABLE,
            NoticeRules::decide(CopyGuard::SHOP, $report, 'dashboard', false, self::NOW),
        );
    }

    public function testAShopThatMayMakeNoTableIsSetUpOnceItMay(): void
    {
        $rig = new Rig();
        self::drop();
        Site::$database->isStrict = true;
        Installer::setUp($rig->state);
        Installer::setUp($rig->state);
        self::assertSame(1, Site::$database->refused);
        self::assertNotSame(Plugin::SET_UP, $rig->state->get('db_version'));

        Site::$database->isStrict = false;
        $rig->state->put(['table' => ['tries' => 1, 'at' => time() - 61]]);
        Installer::setUp($rig->state);
        self::assertSame(Plugin::SET_UP, $rig->state->get('db_version'));
        self::assertNull($rig->row(), 'and the table can be read');
    }
}
