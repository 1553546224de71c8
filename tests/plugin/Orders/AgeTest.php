<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\Age;
use Pinrelay\WooCommerce\Orders\OutboxRow;

final class AgeTest extends TestCase
{
    private const HOUR = 3600;
    private const DAY = 86400;

    /** @return array<string, array{int, ?string, string}> age in seconds, browser half, what it means */
    public static function ages(): array
    {
        return [
            'just accepted' => [0, null, Age::ON_TIME],
            'accepted by a clock that is ahead' => [-30, null, Age::ON_TIME],
            'in time, whatever the browser did' => [54 * 60, OutboxRow::FIRED, Age::ON_TIME],
            'late, and the browser never said a word' => [55 * 60, null, Age::LATE],
            'late, and the browser half was blocked' => [2 * self::HOUR, OutboxRow::BLOCKED, Age::LATE],
            'late, and the browser half fired' => [55 * 60, OutboxRow::FIRED, Age::COVERED],
            'on the last day' => [7 * self::DAY - 601, null, Age::LATE],
            'ten minutes before seven days' => [7 * self::DAY - 600, null, Age::EXPIRED],
            'weeks old, but the browser half fired' => [30 * self::DAY, OutboxRow::FIRED, Age::COVERED],
        ];
    }

    /** @dataProvider ages */
    #[DataProvider('ages')]
    public function testTheAgeOfAnOrderDecidesHowItIsHandedOver(int $age, ?string $browser, string $expected): void
    {
        self::assertSame($expected, Age::decide(1795000000, $browser, 1795000000 + $age));
    }
}
