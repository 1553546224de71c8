<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Relay;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Relay\NodeLock;
use Pinrelay\WooCommerce\Support\Throttle;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class NodeLockTest extends TestCase
{
    private const NOW = 1795000000;
    private string $root;

    protected function setUp(): void
    {
        Site::reset();
        $this->root = sys_get_temp_dir() . '/pinrelay-turn-' . bin2hex(random_bytes(6));
        mkdir($this->root, 0700);
        touch($this->root . '/node');
    }

    protected function tearDown(): void
    {
        Disk::remove($this->root);
    }

    private static function turn(): NodeLock
    {
        return new NodeLock(new Throttle(Site::$database));
    }

    public function testOneProcessAtATimeHasIt(): void
    {
        $first = self::turn();
        self::assertTrue($first->take($this->root, 10, self::NOW));
        self::assertFalse(self::turn()->take($this->root, 10, self::NOW + 60), 'the first is not done');
        $first->end();
        self::assertTrue(self::turn()->take($this->root, 10, self::NOW + 60));
    }

    public function testItComesOnceInSoManySeconds(): void
    {
        foreach ([[0, true], [9, false], [10, true], [11, false], [-50, true]] as [$after, $isOurs]) {
            $turn = self::turn();
            self::assertSame($isOurs, $turn->take($this->root, 10, self::NOW + $after), "after {$after} seconds");
            $turn->end();
        }
    }

    public function testEachNodeHasItsOwnAndNobodyAsksTheDatabase(): void
    {
        $other = $this->root . '/other';
        mkdir($other);
        touch($other . '/node');
        Site::$database->isGone = true;
        self::assertTrue(self::turn()->take($this->root, 10, self::NOW));
        self::assertTrue(self::turn()->take($other, 10, self::NOW));
    }

    public function testWithoutASpoolTheDatabaseDecides(): void
    {
        unlink($this->root . '/node');
        self::assertTrue(self::turn()->take($this->root, 10, self::NOW));
        self::assertFalse(self::turn()->take(null, 10, self::NOW + 9));
        self::assertTrue(self::turn()->take(null, 10, self::NOW + 10));
    }
}
