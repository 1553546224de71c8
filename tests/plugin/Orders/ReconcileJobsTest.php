<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Orders\ReconcilePages;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Support\Throttle;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class ReconcileJobsTest extends TestCase
{
    private const SECONDS = 10.0;
    private int $now;

    protected function setUp(): void
    {
        Rig::reset();
        $this->now = time();
    }

    public function testTheFrequentJobFindsWhatWasMissedInTheLastHourAndTheHourlyOneWhatIsOlder(): void
    {
        $jobs = $this->jobs(new Rig());
        $this->missed(71, 600);
        $this->missed(72, 2 * 3600);
        $this->missed(73, 60);
        $jobs->young($this->now, self::SECONDS);
        self::assertSame(['71'], self::told(), 'neither the old one nor one that the checkout may be at work on');
        $jobs->old($this->now, self::SECONDS);
        self::assertSame(['71', '72'], self::told());
    }

    public function testAnOrderPaidTodayIsFoundHoweverLongAgoItWasPlaced(): void
    {
        $order = $this->missed(71, 20 * 86400);
        $order->data['date_paid'] = $order->data['date_modified'] = self::moment($this->now - 600);
        $this->jobs(new Rig(), $this->now - 30 * 86400)->young($this->now, self::SECONDS);
        self::assertSame($this->now - 600, Relay::$captured[0]['event_time']);
    }

    public function testTheHourlyJobLooksAtNothingTwice(): void
    {
        $jobs = $this->jobs(new Rig());
        $this->missed(71, 2 * 3600);
        $jobs->old($this->now, self::SECONDS);
        Site::$queries = [];
        $jobs->old($this->now + 3600, self::SECONDS);
        self::assertSame(
            [($this->now - 3300) . '...' . ($this->now + 300)],
            array_column(Site::$queries, 'date_modified'),
        );
    }

    public function testARunWithoutTimeLeftGoesOnNextTimeAndForgetsNothing(): void
    {
        $jobs = $this->jobs(new Rig());
        $ids = range(71, 71 + 2 * ReconcilePages::SIZE);
        foreach ($ids as $id) {
            $this->missed($id, 7200 - $id);
        }
        $jobs->old($this->now, 0.0);
        self::assertCount(ReconcilePages::SIZE, self::told());
        $jobs->old($this->now, 0.0);
        $jobs->old($this->now, 0.0);
        self::assertSame(array_map('strval', $ids), self::told());
    }

    public function testWhatIsSoldWhileTheServerHalfIsSwitchedOffIsNotToldLater(): void
    {
        $this->missed(71, 600);
        $this->jobs(new Rig(['enabled' => false]))->young($this->now, self::SECONDS);
        $jobs = $this->jobs(new Rig());
        $jobs->young($this->now + 60, self::SECONDS);
        $jobs->old($this->now + 7200, self::SECONDS);
        self::assertSame([], self::told());

        $order = $this->missed(72, 0);
        $jobs->young($this->now + 600, self::SECONDS);
        self::assertSame(['72'], self::told());
    }

    public function testACopyOfTheShopLeavesEverythingAsItIs(): void
    {
        $rig = new Rig();
        $held = new SettingsStore(new Constants(Rig::CONSTANTS), true);
        $this->missed(71, 600);
        $jobs = new ReconcileJobs(
            $rig->reconcile,
            $rig->upkeep,
            $held,
            new Throttle(Site::$database),
            1,
        );
        $jobs->young($this->now, self::SECONDS);
        $jobs->old($this->now, self::SECONDS);
        self::assertSame([[], []], [Relay::$captured, Site::$queries]);
        self::assertFalse(get_option(ReconcileJobs::OPTION));
    }

    public function testWhereTheScheduleRunsNoRequestDoesItsWork(): void
    {
        $jobs = $this->jobs(new Rig());
        Listener::add($jobs);
        do_action(ReconcileJobs::YOUNG);
        do_action(ReconcileJobs::OLD);
        Site::$queries = [];
        $jobs->catchUp($this->now + 400, self::SECONDS);
        self::assertSame([], Site::$queries);
        $jobs->catchUp($this->now + 430, self::SECONDS);
        self::assertCount(1, Site::$queries, 'the frequent one is overdue');
        $jobs->catchUp($this->now + 440, self::SECONDS);
        self::assertCount(1, Site::$queries);
    }

    private function jobs(Rig $rig, ?int $activatedAt = null): ReconcileJobs
    {
        $rig->state->put(['activated_at' => $activatedAt ?? $this->now - 86400]);
        $throttle = new Throttle(Site::$database);
        $guard = new Guard(static function (string $line): void {
            Site::$log[] = $line;
        });
        $since = $activatedAt ?? $this->now - 86400;
        return new ReconcileJobs($rig->reconcile, $rig->upkeep, $rig->store, $throttle, $since);
    }

    private function missed(int $id, int $age): \WC_Order
    {
        $at = self::moment($this->now - $age);
        return new \WC_Order(['id' => $id, 'date_created' => $at, 'date_paid' => $at, 'date_modified' => $at]);
    }

    private static function moment(int $time): \DateTimeImmutable
    {
        return new \DateTimeImmutable("@{$time}");
    }

    /** @return list<string> order ids handed over */
    private static function told(): array
    {
        return array_column(Relay::$captured, 'order_id');
    }
}
