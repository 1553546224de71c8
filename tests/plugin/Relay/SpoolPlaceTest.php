<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Relay;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Relay\SpoolPlace;

final class SpoolPlaceTest extends TestCase
{
    /** @param array<string, string> $disk what look() says, by folder; CLOSED otherwise */
    private static function choose(
        string $constant = '',
        string $ini = '',
        string $documentRoot = '/home/shop/public',
        string $abspath = '/home/shop/public/',
        array $disk = [],
    ): ?array {
        $place = SpoolPlace::choose(
            $constant,
            $ini,
            $documentRoot,
            $abspath,
            '/home/shop/public/wp-content',
            'abc',
            static fn (string $dir): string => $disk[$dir] ?? SpoolPlace::CLOSED,
        );
        return $place === null ? null : [$place->dir, $place->source];
    }

    public function testTheConstantWins(): void
    {
        self::assertSame(
            ['/mine', 'constant'],
            self::choose('/mine', '/ini', disk: ['/home/shop/.pinrelay' => 'ours']),
        );
    }

    public function testThenTheIni(): void
    {
        self::assertSame(['/ini', 'ini'], self::choose(ini: '/ini', disk: ['/home/shop/.pinrelay' => 'ours']));
    }

    public function testThenAFolderBesideTheDocumentRoot(): void
    {
        foreach (['ours', 'free'] as $looks) {
            self::assertSame(
                ['/home/shop/.pinrelay', 'beside'],
                self::choose(disk: ['/home/shop/.pinrelay' => $looks]),
            );
        }
    }

    public function testWordPressInASubfolderIsNotBesideTheDocumentRoot(): void
    {
        self::assertSame(
            ['/home/shop/.pinrelay', 'beside'],
            self::choose(abspath: '/home/shop/public/wp/', disk: [
                '/home/shop/.pinrelay' => 'free',
                '/home/shop/public/.pinrelay' => 'free',
            ]),
        );
    }

    public function testAnothersFolderOrAClosedOneIsLeftAlone(): void
    {
        foreach (['foreign', 'closed'] as $looks) {
            self::assertSame(
                ['/home/shop/public/wp-content/pinrelay-abc', 'content'],
                self::choose(disk: ['/home/shop/.pinrelay' => $looks]),
            );
        }
    }

    public function testADocumentRootThatWordPressDoesNotLieInTellsNothing(): void
    {
        self::assertSame(
            ['/home/shop/public/wp-content/pinrelay-abc', 'content'],
            self::choose(documentRoot: '/home/shop/pub', disk: ['/home/shop/.pinrelay' => 'free']),
        );
    }

    public function testWithoutAWebServerOnlyTheOwnersPlacesAreKnown(): void
    {
        self::assertNull(self::choose(documentRoot: '', disk: ['/.pinrelay' => 'free']));
        self::assertSame(['/mine', 'constant'], self::choose('/mine', documentRoot: ''));
    }
}
