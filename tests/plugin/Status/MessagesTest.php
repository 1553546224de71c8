<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Status;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Relay\RelayError;
use Pinrelay\WooCommerce\Status\LossReason;
use Pinrelay\WooCommerce\Status\Messages;

/** The extension gives reasons in one technical word; the owner reads them in his own language. */
final class MessagesTest extends TestCase
{
    private const SOURCE = __DIR__ . '/../../../src';

    /** @return array<string, array{string}> */
    public static function troubles(): array
    {
        $reasons = self::wordsIn('/spool/error.rs', '/Self::\w+ => "(\w+)"/');
        return self::each([...$reasons, RelayError::CONFIG, RelayError::BROKEN, RelayError::SERVED]);
    }

    /** @dataProvider troubles */
    #[DataProvider('troubles')]
    public function testEachTroubleHasWordsOfItsOwn(string $reason): void
    {
        $words = Messages::relayError(new RelayError($reason, 'in the words of the extension'));
        self::assertNotSame(Messages::relayError(new RelayError('unheard of', '')), $words);
        self::assertStringContainsString('Your checkout is not affected.', $words);
    }

    /** @return array<string, array{string}> */
    public static function pauses(): array
    {
        return self::each([...self::wordsIn('/delivery/*.rs', '/pause\("(\w+)"/'), 'all_rejected']);
    }

    /** @dataProvider pauses */
    #[DataProvider('pauses')]
    public function testEachPauseHasWordsOfItsOwnWhateverTheStatusWas(string $reason): void
    {
        $words = array_map(
            static fn (?int $status): string => Messages::paused(['reason' => $reason, 'http_status' => $status]),
            [null, 200, 400, 407, 501],
        );
        self::assertCount(1, array_unique($words));
        self::assertStringNotContainsString('(' . $reason . ')', $words[0]);
        self::assertStringNotContainsString('test event', $words[0]);
    }

    public function testALastErrorSpeaksOfNoTestEventAndOfNoSuccess(): void
    {
        foreach ([null, 200, 400, 401, 403, 404, 413, 422, 429, 500, 503] as $status) {
            $message = Messages::error(['http_status' => $status]);
            self::assertDoesNotMatchRegularExpression('/test event|works/', $message);
        }
    }

    /** @return array<string, array{string}> */
    public static function losses(): array
    {
        return self::each([
            ...self::wordsIn('/delivery/*.rs', '/(?:lose|Unreadable)\("(\w+)"/'),
            ...self::wordsIn('/delivery/{triage,send_batch}.rs', '/Some\("(\w+)"\)/'),
            ...self::wordsIn('/delivery/*.rs', '/PURGED: &str = "(\w+)"/'),
        ]);
    }

    /** @dataProvider losses */
    #[DataProvider('losses')]
    public function testEachLossHasWordsOfItsOwn(string $reason): void
    {
        self::assertStringNotContainsString('(' . $reason . ')', LossReason::labelOf($reason));
    }

    public function testEachReasonOfADropHasALabel(): void
    {
        $class = new \ReflectionClass(DropCount::class);
        $constants = $class->getReflectionConstants(\ReflectionClassConstant::IS_PUBLIC);
        $reasons = [];
        foreach ($constants as $constant) {
            if (!in_array($constant->getName(), ['OTHERS', 'NO_HEADER'], true)) {
                $reasons[] = (string) $constant->getValue();
            }
        }
        self::assertContains(DropCount::BOT, $reasons);
        self::assertSame([], array_filter($reasons, static fn ($reason) => LossReason::tryFrom($reason) === null));
    }

    /** @return list<string> */
    private static function wordsIn(string $files, string $pattern): array
    {
        $code = implode('', array_map('file_get_contents', glob(self::SOURCE . $files, GLOB_BRACE)));
        preg_match_all($pattern, $code, $found);
        self::assertNotSame([], $found[1], "{$pattern} in {$files}");
        return array_values(array_unique($found[1]));
    }

    /**
     * @param list<string> $reasons
     * @return array<string, array{string}>
     */
    private static function each(array $reasons): array
    {
        self::assertGreaterThan(3, count($reasons));
        return array_combine($reasons, array_map(static fn (string $reason): array => [$reason], $reasons));
    }
}
