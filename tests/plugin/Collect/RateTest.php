<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\Rate;

final class RateTest extends TestCase
{
    private string $file;

    protected function setUp(): void
    {
        $this->file = (string) tempnam(sys_get_temp_dir(), 'pinrelay-rate');
    }

    protected function tearDown(): void
    {
        @unlink($this->file);
    }

    private function exhaust(string $ip, int $now): Rate
    {
        $rate = new Rate($this->file, 'key');
        for ($count = 0; $count < Rate::MOST; ++$count) {
            self::assertTrue($rate->take($ip, $now));
        }
        return $rate;
    }

    public function testTheCountIsSharedByAllWorkersAndEndsWithItsMinute(): void
    {
        $this->exhaust('203.0.113.9', 600);
        $other = new Rate($this->file, 'key');
        self::assertFalse($other->take('203.0.113.9', 659));
        self::assertTrue($other->take('203.0.113.9', 660));
    }

    public function testARequestMayWeighAsMuchAsSeveral(): void
    {
        $rate = new Rate($this->file, 'key');
        self::assertTrue($rate->take('203.0.113.9', 600, Rate::MOST - 1));
        self::assertFalse($rate->take('203.0.113.9', 600, 30), 'nobody gets beyond the limit by one heavy request');
        self::assertTrue($rate->take('203.0.113.9', 600));
        self::assertFalse($rate->take('203.0.113.9', 600));
    }

    public function testAHouseholdOfIPv6IsOneAddress(): void
    {
        $rate = $this->exhaust('2001:db8:1:2::1', 600);
        self::assertFalse($rate->take('2001:db8:1:2:ffff::9', 600));
        self::assertTrue($rate->take('2001:db8:1:3::1', 600));
    }

    public function testTheFileNeverGrowsBeyondItsPlacesAndHoldsNoAddress(): void
    {
        $rate = new Rate($this->file, 'key');
        for ($last = 0; $last < 2000; ++$last) {
            $rate->take('198.51.' . intdiv($last, 256) . '.' . $last % 256, 600);
        }
        clearstatcache();
        self::assertLessThanOrEqual(4 * 65536, filesize($this->file));
        self::assertStringNotContainsString('198.51', (string) file_get_contents($this->file));
    }

    public function testWithoutAFileNothingIsCounted(): void
    {
        foreach (['', '/nowhere/at/all'] as $file) {
            $rate = new Rate($file, 'key');
            for ($count = 0; $count <= Rate::MOST; ++$count) {
                self::assertTrue($rate->take('203.0.113.9', 600));
            }
        }
    }

    public function testABrokenFileIsNoReasonToRefuse(): void
    {
        file_put_contents($this->file, 'x');
        self::assertTrue((new Rate($this->file, 'key'))->take('203.0.113.9', 600));
    }
}
