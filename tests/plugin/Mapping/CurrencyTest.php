<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\Currency;

final class CurrencyTest extends TestCase
{
    /** @return array<string, array{string, int}> */
    public static function currencies(): array
    {
        return [
            'euro' => ['EUR', 2],
            'yen' => ['JPY', 0],
            'krona' => ['ISK', 0],
            'dinar' => ['KWD', 3],
            'unidad de fomento' => ['CLF', 4],
            'as somebody writes it' => [' jpy ', 0],
            // Shops show these without decimals, but they have them.
            'forint' => ['HUF', 2],
            'one that ISO 4217 does not list' => ['GGP', 2],
            'none' => ['', 2],
        ];
    }

    /** @dataProvider currencies */
    #[DataProvider('currencies')]
    public function testDecimalsAreTheCurrencysOwn(string $code, int $decimals): void
    {
        self::assertSame($decimals, Currency::decimals($code));
    }
}
