<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Installer;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class ScheduleTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
    }

    public function testEveryJobIsScheduledAtAnIntervalThatExists(): void
    {
        Installer::schedule();
        self::assertSame(
            ['pinrelay_tick', 'pinrelay_reconcile', 'pinrelay_reconcile_old', 'pinrelay_daily'],
            array_keys(Site::$cron),
        );
        $known = Installer::addSchedule([
            'hourly' => ['interval' => 3600, 'display' => ''],
            'daily' => ['interval' => 86400, 'display' => ''],
        ]);
        self::assertSame([60, 300, 3600, 86400], array_map(
            static fn (string $interval): int => $known[$interval]['interval'],
            array_values(Site::$cron),
        ));
    }

    public function testAScheduleThatIsThereIsLeftAsItIs(): void
    {
        Site::$cron = ['pinrelay_tick' => 'twicedaily'];
        Installer::schedule();
        self::assertSame('twicedaily', Site::$cron['pinrelay_tick']);
        self::assertCount(4, Site::$cron);
    }

    public function testDeactivationTakesOurJobsAndNoOthers(): void
    {
        Site::$cron = ['action_scheduler_run_queue' => 'every_minute'];
        Installer::schedule();
        Installer::unschedule();
        self::assertSame(['action_scheduler_run_queue'], array_keys(Site::$cron));
    }
}
