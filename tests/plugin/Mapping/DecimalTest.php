<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\Decimal;

final class DecimalTest extends TestCase
{
    /** @dataProvider amounts */
    #[DataProvider('amounts')]
    public function testReadsWhatWooCommerceCallsAnAmount(string|int|float|null $amount, string $read): void
    {
        self::assertSame($read, (string) Decimal::of($amount));
    }

    public static function amounts(): array
    {
        return [
            ['12.50', '12.50'], ['12', '12'], ['.5', '0.5'], ['5.', '5'], ['-3.00', '-3.00'], ['+1', '1'],
            [' 7.1 ', '7.1'], ['007.10', '7.10'], ['-0.00', '0.00'], [12, '12'], [-1, '-1'], [19.9, '19.9'],
            [0.1 + 0.2, '0.30000000000000'], [1.005, '1.005'], [1e15, '1000000000000000'], [1e-7, '0.0000001'],
            ['', '0'], [null, '0'], ['n/a', '0'], ['1e3', '0'], ['1,5', '0'], [NAN, '0'], [INF, '0'],
            ['99999999999999999999.99', '99999999999999999999.99'],
        ];
    }

    public function testAFloatIsReadAlikeWhateverThePrecisionSettings(): void
    {
        $before = [ini_set('precision', '17'), ini_set('serialize_precision', '17')];
        try {
            self::assertSame('1.005', (string) Decimal::of(1.005));
        } finally {
            ini_set('precision', (string) $before[0]);
            ini_set('serialize_precision', (string) $before[1]);
        }
    }

    /** @dataProvider sums */
    #[DataProvider('sums')]
    public function testAddsWithoutLosingADigit(string $left, string $right, string $sum): void
    {
        self::assertSame($sum, (string) Decimal::of($left)->plus(Decimal::of($right)));
        self::assertSame($sum, (string) Decimal::of($right)->plus(Decimal::of($left)));
    }

    public static function sums(): array
    {
        return [
            ['0.1', '0.2', '0.3'], ['99.99', '0.01', '100.00'], ['5', '-3.25', '1.75'], ['3.25', '-5', '-1.75'],
            ['-1', '-2.5', '-3.5'], ['2.5', '-2.5', '0.0'], ['8.403361', '1.6', '10.003361'],
            ['999999999999999999.999999', '0.000001', '1000000000000000000.000000'],
        ];
    }

    /** @dataProvider quotients */
    #[DataProvider('quotients')]
    public function testDividesAndRoundsHalfAwayFromZero(string $amount, int $by, int $places, string $quotient): void
    {
        self::assertSame($quotient, (string) Decimal::of($amount)->dividedBy($by, $places));
    }

    public static function quotients(): array
    {
        return [
            ['10', 3, 2, '3.33'], ['20', 3, 2, '6.67'], ['0.05', 2, 2, '0.03'], ['-0.05', 2, 2, '-0.03'],
            ['1.005', 1, 2, '1.01'], ['1.0049999', 1, 2, '1.00'], ['99.995', 1, 2, '100.00'], ['5940', 3, 0, '1980'],
            ['0.5', 1, 0, '1'], ['0.4', 1, 0, '0'], ['37.035', 3, 3, '12.345'], ['-0.001', 1, 2, '0.00'],
            ['31.512605', 3, 2, '10.50'], ['0.00000000049', 1, 2, '0.00'],
            ['99999999999999999999.99', 7, 2, '14285714285714285714.28'],
        ];
    }

    public function testAPositiveAmountIsAboveZero(): void
    {
        self::assertTrue(Decimal::of('0.01')->isPositive());
        self::assertFalse(Decimal::of('0.00')->isPositive());
        self::assertFalse(Decimal::of('-0.01')->isPositive());
    }

    public function testAgreesWithIntegerArithmeticOnRandomCents(): void
    {
        mt_srand(20);
        for ($round = 0; $round < 500; ++$round) {
            [$left, $right, $by] = [mt_rand(-999999, 999999), mt_rand(-999999, 999999), mt_rand(1, 97)];
            $text = static fn (int $cents): string => ($cents < 0 ? '-' : '')
                . intdiv(abs($cents), 100) . '.' . sprintf('%02d', abs($cents) % 100);
            $decimal = Decimal::of($text($left));
            self::assertSame($text($left + $right), (string) $decimal->plus(Decimal::of($text($right))));
            $cents = intdiv(2 * abs($left) + $by, 2 * $by) * ($left < 0 ? -1 : 1);
            self::assertSame($text($cents), (string) $decimal->dividedBy($by, 2), "$left cents by $by");
        }
    }
}
