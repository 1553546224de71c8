<?php

/** What the tests of this process have come to. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Tally
{
    public static int $passed = 0;
    public static int $failed = 0;
    public static int $skipped = 0;
    public static ?string $running = null;
    /** @var list<callable> */
    public static array $after = [];
}
