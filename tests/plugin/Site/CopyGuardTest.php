<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Site;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Site\Home;

final class CopyGuardTest extends TestCase
{
    private const CONFIRMED = ['home_hash' => 'shop', 'environment' => ''];

    public function testTheShopItselfAndAFirstActivationAreTheShop(): void
    {
        self::assertSame('shop', CopyGuard::decide(self::CONFIRMED, 'shop', 'production'));
        self::assertSame('shop', CopyGuard::decide([], 'shop', 'production'));
    }

    public function testAnotherAddressIsUndecided(): void
    {
        self::assertSame('undecided', CopyGuard::decide(self::CONFIRMED, 'copy', 'production'));
    }

    public function testAnEnvironmentThatIsNotProductionIsUndecidedUntilConfirmed(): void
    {
        foreach (['staging', 'development', 'local'] as $environment) {
            self::assertSame('undecided', CopyGuard::decide(self::CONFIRMED, 'shop', $environment));
            $state = CopyGuard::answer(true, 'shop', $environment) + self::CONFIRMED;
            self::assertSame('shop', CopyGuard::decide($state, 'shop', $environment));
            self::assertSame('shop', CopyGuard::decide($state, 'shop', 'production'));
        }
    }

    public function testAConfirmedMoveIsTheShop(): void
    {
        $state = CopyGuard::answer(true, 'new', 'production') + self::CONFIRMED;
        self::assertSame('shop', CopyGuard::decide($state, 'new', 'production'));
        self::assertSame('undecided', CopyGuard::decide($state, 'shop', 'production'));
    }

    public function testACopyStaysACopyUntilItIsTheShopAfterAll(): void
    {
        $state = CopyGuard::answer(false, 'copy', 'staging') + self::CONFIRMED;
        self::assertSame('copy', CopyGuard::decide($state, 'copy', 'staging'));
        self::assertSame('undecided', CopyGuard::decide($state, 'copy', 'production'), 'asked again');
        $state = CopyGuard::answer(true, 'copy', 'staging') + $state;
        self::assertSame('shop', CopyGuard::decide($state, 'copy', 'staging'));
    }

    public function testAnAnswerGivenOnACopyDoesNotConcernTheShop(): void
    {
        $state = CopyGuard::answer(false, 'copy', 'staging') + self::CONFIRMED;
        self::assertSame('shop', CopyGuard::decide($state, 'shop', 'production'));
    }

    /** @return list<array{string, string}> */
    public static function addresses(): array
    {
        return [
            ['https://Shop.example/', 'shop.example'],
            ['http://shop.example', 'shop.example'],
            ['https://shop.example/sub/', 'shop.example/sub'],
            ['http://127.0.0.1:4400', '127.0.0.1:4400'],
        ];
    }

    /** @dataProvider addresses */
    #[DataProvider('addresses')]
    public function testSchemeCaseAndSlashDoNotMakeAnotherShop(string $address, string $plain): void
    {
        self::assertSame($plain, Home::plain($address));
    }
}
