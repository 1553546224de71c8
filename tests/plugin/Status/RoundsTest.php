<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Status;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Status\Rounds;

final class RoundsTest extends TestCase
{
    private const NOW = 1795000000;

    public function testAScheduleThatRunsOrIsALittleLateIsNoWorry(): void
    {
        self::assertNull(Rounds::worry(self::NOW + 60, self::NOW));
        self::assertNull(Rounds::worry(self::NOW - 14 * 60, self::NOW));
    }

    public function testAScheduleThatRestsSaysForHowLongAndWhatToDo(): void
    {
        $words = (string) Rounds::worry(self::NOW - 3600, self::NOW);
        self::assertStringContainsString('60 minutes', $words);
        self::assertStringContainsString('wp pinrelay drain', $words);
    }

    public function testALostScheduleSaysSo(): void
    {
        self::assertStringContainsString('lost', (string) Rounds::worry(null, self::NOW));
    }
}
