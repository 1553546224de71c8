<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Guard;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Support\Throttle;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class ThrottleTest extends TestCase
{
    public function testOneRequestInSoManySecondsHasItsTurn(): void
    {
        Site::reset();
        $throttle = new Throttle(Site::$database);
        $turns = array_map(
            static fn (int $now): bool => $throttle->claim('pinrelay_step', 10, $now),
            [1000, 1000, 1009, 1010, 1011, 1030],
        );
        self::assertSame([true, false, false, true, false, true], $turns);
    }

    public function testAClockThatWasSetBackDoesNotStopTheTurns(): void
    {
        Site::reset();
        $throttle = new Throttle(Site::$database);
        $throttle->claim('pinrelay_step', 10, 1_000_000);
        self::assertTrue($throttle->claim('pinrelay_step', 10, 1000));
    }
}
