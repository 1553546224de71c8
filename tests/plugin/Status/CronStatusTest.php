<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Status;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Status\CronStatus;

final class CronStatusTest extends TestCase
{
    private const NOW = 1795000000;

    public function testAScheduleThatRunsOrIsALittleLateIsNoWorry(): void
    {
        self::assertNull(CronStatus::worry(self::NOW + 60, self::NOW));
        self::assertNull(CronStatus::worry(self::NOW - 14 * 60, self::NOW));
    }

    public function testAScheduleThatRestsSaysForHowLongAndWhatToDo(): void
    {
        $words = (string) CronStatus::worry(self::NOW - 3600, self::NOW);
        self::assertStringContainsString('60 minutes', $words);
        self::assertStringContainsString('wp pinrelay drain', $words);
    }

    public function testALostScheduleSaysSo(): void
    {
        self::assertStringContainsString('lost', (string) CronStatus::worry(null, self::NOW));
    }
}
