<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\Inbox;

final class InboxTest extends TestCase
{
    private const NOW = 1795000000;

    private string $dir;
    private Inbox $inbox;

    protected function setUp(): void
    {
        $this->dir = sys_get_temp_dir() . '/pinrelay-inbox-' . bin2hex(random_bytes(4));
        mkdir($this->dir);
        $this->inbox = new Inbox($this->dir, 'shop.example');
    }

    protected function tearDown(): void
    {
        array_map('unlink', (array) glob($this->dir . '/*'));
        @rmdir($this->dir);
    }

    /** @return list<array<mixed>> */
    private function taken(): array
    {
        $messages = [];
        $this->inbox->take(static function (array $one) use (&$messages): void {
            $messages[] = $one;
        }, self::NOW);
        return $messages;
    }

    public function testWhatWasPutIsTakenOnceAndInOrder(): void
    {
        self::assertTrue($this->inbox->isEmpty());
        foreach ([1, 2, 3] as $number) {
            self::assertTrue($this->inbox->put(['number' => $number]));
        }
        self::assertFalse($this->inbox->isEmpty());
        self::assertSame([1, 2, 3], array_column($this->taken(), 'number'));
        self::assertSame([], $this->taken());
        self::assertSame([], glob($this->dir . '/*'));
    }

    public function testAnotherShopInTheSameFolderHasItsOwn(): void
    {
        $this->inbox->put(['number' => 1]);
        self::assertTrue((new Inbox($this->dir, 'other.example'))->isEmpty());
    }

    public function testItNeverGrowsBeyondItsBound(): void
    {
        $isPut = true;
        for ($count = 0; $isPut && $count < 10000; ++$count) {
            $isPut = $this->inbox->put(['text' => str_repeat('x', 1000)]);
        }
        self::assertFalse($isPut);
        self::assertLessThanOrEqual(262144, filesize((string) (glob($this->dir . '/*')[0] ?? '')));
        self::assertGreaterThan(200, count($this->taken()));
        self::assertTrue($this->inbox->put(['number' => 1]), 'once it was emptied there is room again');
    }

    public function testOthersCannotReadIt(): void
    {
        $this->inbox->put(['number' => 1]);
        clearstatcache();
        self::assertSame(0600, fileperms((string) (glob($this->dir . '/*')[0] ?? '')) & 0777);
    }

    public function testWhatCouldNotBeHeededComesAgainWithWhatFollowed(): void
    {
        $this->inbox->put(['number' => 1]);
        try {
            $this->inbox->take(static fn () => throw new \RuntimeException('no database'), time());
            self::fail('The caller has to hear of it.');
        } catch (\RuntimeException) {
        }
        $this->inbox->put(['number' => 2]);
        self::assertSame([1], array_column($this->taken(), 'number'));
        self::assertSame([2], array_column($this->taken(), 'number'));
    }

    public function testAMessageThatNobodyCanHeedIsGivenUpAfterADayAndCounted(): void
    {
        $this->inbox->put(['number' => 1]);
        $this->inbox->put(['number' => 2]);
        $fails = static fn () => throw new \RuntimeException('never');
        self::assertSame(2, $this->inbox->take($fails, time() + 86401));
        self::assertTrue($this->inbox->isEmpty());
    }

    public function testALineThatWasCutOffStopsNoOther(): void
    {
        $this->inbox->put(['number' => 1]);
        $path = (string) (glob($this->dir . '/*')[0] ?? '');
        file_put_contents($path, "{\"number\":\n", FILE_APPEND);
        $this->inbox->put(['number' => 3]);
        self::assertSame([1, 3], array_column($this->taken(), 'number'));
    }

    public function testAFolderThatIsGoneIsNoRoomAndNoFault(): void
    {
        rmdir($this->dir);
        self::assertFalse($this->inbox->put(['number' => 1]));
        self::assertSame([], $this->taken());
    }
}
