<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\AddressWatch;

final class AddressWatchTest extends TestCase
{
    private const NOW = 1795000000;

    /** @param list<array{string, string}> $buyers address and browser of each */
    private static function after(array $buyers, array $known = [], int $now = self::NOW): array
    {
        foreach ($buyers as [$address, $browser]) {
            $known = AddressWatch::next($known, $address, $browser, $now) ?? $known;
        }
        return $known;
    }

    public function testFiveBrowsersFromOneAddressAreAProxy(): void
    {
        $buyers = [['a', '1'], ['a', '2'], ['a', '3'], ['a', '4']];
        self::assertFalse(AddressWatch::isShared(self::after($buyers)));
        self::assertTrue(AddressWatch::isShared(self::after([...$buyers, ['a', '5']])));
    }

    public function testOneBuyerWhoComesOftenIsNone(): void
    {
        self::assertFalse(AddressWatch::isShared(self::after(array_fill(0, 20, ['a', '1']))));
    }

    public function testTwoAddressesAreAllThatIsToBeKnownForAWeek(): void
    {
        $known = self::after([['a', '1'], ['b', '2']]);
        self::assertSame(['differ_at' => self::NOW], $known);
        self::assertNull(AddressWatch::next($known, 'a', '3', self::NOW + 7 * 86400 - 1));
        self::assertNotNull(AddressWatch::next($known, 'a', '3', self::NOW + 7 * 86400));
    }

    public function testAProxyThatIsToldOfIsForgotten(): void
    {
        $shared = self::after([['a', '1'], ['a', '2'], ['a', '3'], ['a', '4'], ['a', '5']]);
        self::assertNull(AddressWatch::next($shared, 'a', '6', self::NOW), 'known already: nothing is written');
        self::assertFalse(AddressWatch::isShared(self::after([['b', '7']], $shared)));
    }
}
