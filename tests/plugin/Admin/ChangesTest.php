<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Admin;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Admin\Changes;
use Pinrelay\WooCommerce\Plugin;

final class ChangesTest extends TestCase
{
    public function testASiteThatIsOlderThanTheListHearsOfAllVersions(): void
    {
        self::assertNotSame([], Changes::since(''));
        self::assertSame(Changes::since(''), Changes::since('0.0.9'));
    }

    public function testWhoKnowsThisVersionHearsOfNone(): void
    {
        self::assertSame([], Changes::since(Plugin::VERSION));
    }
}
