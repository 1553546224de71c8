<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\DropCount;

final class DropCountTest extends TestCase
{
    private string $dir;

    protected function setUp(): void
    {
        $this->dir = sys_get_temp_dir() . '/pinrelay-drops-' . getmypid();
        mkdir($this->dir);
    }

    protected function tearDown(): void
    {
        array_map('unlink', (array) glob($this->dir . '/*'));
        rmdir($this->dir);
    }

    public function testEachReasonIsCountedAndSoIsItsDetail(): void
    {
        $drops = new DropCount($this->dir, 'shop.example');
        $drops->add(DropCount::RATE);
        $drops->add(DropCount::BOT, 'curl');
        $drops->add(DropCount::BOT, 'googlebot', 2);
        $known = $drops->read();
        self::assertSame(['bot', 'rate'], array_keys($known));
        self::assertSame([3, ['googlebot' => 2, 'curl' => 1]], [$known['bot']['count'], $known['bot']['by']]);
        self::assertGreaterThan(0, $known['rate']['last_at']);
        self::assertSame([], (new DropCount($this->dir, 'other.example'))->read(), 'a shop that shares the folder');
    }

    public function testWhoeverSendsWhatTheFilesStaySmall(): void
    {
        $drops = new DropCount($this->dir, 'shop.example');
        for ($i = 0; $i < 300; $i++) {
            $drops->add(DropCount::BOT, str_repeat("name {$i} \xff", 100));
            $drops->add("reason-{$i}");
        }
        $known = $drops->read();
        self::assertSame([300, 61], [$known['bot']['count'], count($known['bot']['by'])]);
        self::assertSame(600, array_sum(array_column($known, 'count')), 'all are counted, under another name');
        self::assertLessThan(16384, array_sum(array_map('filesize', (array) glob($this->dir . '/*'))));
    }

    public function testAHeldFileIsNotWaitedFor(): void
    {
        $drops = new DropCount($this->dir, 'shop.example');
        $drops->add(DropCount::BOT);
        $held = fopen(((array) glob($this->dir . '/*'))[0], 'r');
        flock($held, LOCK_EX);
        $drops->add(DropCount::BOT);
        fclose($held);
        self::assertSame(2, $drops->read()['bot']['count'], 'it is counted in another one');
    }

    public function testADamagedFileIsBegunAnewAndAMissingFolderIsNoError(): void
    {
        $drops = new DropCount($this->dir, 'shop.example');
        $drops->add(DropCount::BOT);
        $file = ((array) glob($this->dir . '/*'))[0];
        foreach (['', '{', '[]', '{"bot":3}', '{"bot":{"count":"x","last_at":1,"by":[]}}'] as $damaged) {
            file_put_contents($file, $damaged);
            self::assertSame([], $drops->read());
            $drops->add(DropCount::RATE);
            self::assertSame(['rate'], array_keys($drops->read()));
        }
        $nowhere = new DropCount('/nonexistent', 'shop.example');
        $nowhere->add(DropCount::BOT);
        $nowhere->passed(1);
        self::assertSame([[], null], [$nowhere->read(), $nowhere->lastPassed()]);
    }

    public function testItIsKnownWhenAVisitorWithAnAddressWasLastSeen(): void
    {
        $drops = new DropCount($this->dir, 'shop.example');
        self::assertNull($drops->lastPassed());
        $now = time();
        $drops->passed($now - 900);
        self::assertSame($now - 900, $drops->lastPassed());
        $drops->passed($now - 500);
        self::assertSame($now - 900, $drops->lastPassed(), 'no file is touched with each visit');
        $drops->passed($now);
        self::assertSame($now, $drops->lastPassed());
        self::assertSame([], $drops->read());
    }
}
