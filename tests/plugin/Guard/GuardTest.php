<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Guard;

use PHPUnit\Framework\TestCase;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Support\Failure;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Support\Repeats;

final class GuardTest extends TestCase
{
    /** @var list<string> */
    private array $log = [];
    private Guard $guard;

    protected function setUp(): void
    {
        $this->guard = new Guard(function (string $line): void {
            $this->log[] = $line;
        });
    }

    public function testTheSameLineIsWrittenOnceAMinuteWithHowOftenItCame(): void
    {
        $file = (string) tempnam(sys_get_temp_dir(), 'pinrelay-repeats');
        try {
            // Each request has an object of its own.
            $pass = static fn (string $line, int $now): ?string => (new Repeats($file))->pass($line, $now);
            self::assertSame('full', $pass('full', 1795000000));
            self::assertSame('other', $pass('other', 1795000000));
            self::assertSame([null, null], [$pass('full', 1795000001), $pass('full', 1795000059)]);
            self::assertSame('full (and 2 more of these)', $pass('full', 1795000060));
            self::assertNull($pass('full', 1795000061));
            self::assertSame('full (and 1 more of these)', $pass('full', 1795009999));
            self::assertSame('full', $pass('full', 1795000000), 'a clock that was set back holds nothing back');
            self::assertLessThanOrEqual(256 * 12, filesize($file));
        } finally {
            unlink($file);
        }
        self::assertSame(['x', 'x'], [(new Repeats(''))->pass('x', 1), (new Repeats('/none/x'))->pass('x', 1)]);
    }

    public function testALineThatIsHeldBackIsNotLogged(): void
    {
        $file = (string) tempnam(sys_get_temp_dir(), 'pinrelay-repeats');
        $guard = new Guard(fn (string $line) => $this->log[] = $line, static fn (): Repeats => new Repeats($file));
        foreach ([1, 2, 3] as $ignored) {
            $guard->run('hooks', static fn () => throw new Failure('disk'));
        }
        unlink($file);
        self::assertCount(1, $this->log);
    }

    public function testWhatWorksPassesThrough(): void
    {
        self::assertSame(7, $this->guard->run('here', static fn (): int => 7));
        self::assertSame([], $this->log);
    }

    public function testExceptionsAndErrorsEndHere(): void
    {
        self::assertSame('x', $this->guard->run('here', static fn () => throw new \RuntimeException(), 'x'));
        self::assertNull($this->guard->run('here', static fn () => throw new \Error()));
        self::assertNull($this->guard->run('here', static fn () => strlen(...[[]])));
        self::assertCount(3, $this->log);
    }

    public function testAFilterThatFailsGivesBackWhatItWasGiven(): void
    {
        $filter = $this->guard->filter('here', static fn (array $links): array => $links + ['more']);
        self::assertSame('not a list', $filter('not a list', 'more'));
        self::assertSame(['more'], $filter([]));
    }

    public function testAnActionTakesAnyArgumentsAndReturnsNothing(): void
    {
        $heard = null;
        $action = $this->guard->action('here', static function (mixed ...$arguments) use (&$heard): int {
            $heard = $arguments;
            return 1;
        });
        self::assertNull($action(1, 'two'));
        self::assertSame([1, 'two'], $heard);
    }

    public function testTheLogTellsPlaceAndKindButNotTheWordsOfStrangers(): void
    {
        $this->guard->run('capture', static fn () => throw new \RuntimeException('ada@shopper.example'));
        self::assertStringContainsString('capture: RuntimeException at GuardTest.php:', $this->log[0]);
        self::assertStringNotContainsString('ada@', $this->log[0]);
    }

    public function testOurOwnWordsAndTheExtensionsAreTold(): void
    {
        $this->guard->run('outbox', static fn () => throw new Failure('The outbox could not be read.'));
        $this->guard->run('capture', static fn () => throw new SpoolException('No space left on device'));
        self::assertStringEndsWith('The outbox could not be read.', $this->log[0]);
        self::assertStringEndsWith('No space left on device', $this->log[1]);
    }

    public function testALoggerThatFailsIsNoHarm(): void
    {
        $guard = new Guard(static fn () => throw new \Error('no logger'));
        self::assertSame(7, $guard->run('here', static fn () => throw new \Error(), 7));
    }
}
