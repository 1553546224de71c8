<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\Bundle;

/** A bundle is bought once, however many lines its plugin makes of it. */
final class BundleTest extends TestCase
{
    /** @return array{line: array<string, mixed>, key: string, part_of: string} */
    private static function line(string $name, string $total, string $key = '', string $partOf = ''): array
    {
        $amounts = array_fill_keys(['subtotal', 'subtotal_tax', 'total', 'total_tax'], $total);
        return ['line' => ['name' => $name, 'quantity' => 2] + $amounts, 'key' => $key, 'part_of' => $partOf];
    }

    /** @param list<array<string, mixed>> $lines @return array<string, string> what each line is worth */
    private static function worths(array $lines): array
    {
        return array_column(Bundle::fold($lines), 'total', 'name');
    }

    public function testThePartsAreWorthWhatTheyCostAndCountWithTheWhole(): void
    {
        self::assertSame(['mug' => '5', 'set' => '30', 'vase' => '7'], self::worths([
            self::line('mug', '5', 'a'),
            self::line('set', '0', 'b'),
            self::line('plate', '10', 'c', 'b'),
            self::line('cup', '20', 'd', 'b'),
            self::line('vase', '7', 'e'),
        ]));
        self::assertSame(['set' => '30'], self::worths([
            self::line('set', '30', 'b'),
            self::line('cup', '0', 'd', 'b'),
        ]));
    }

    public function testAPartThatNamesTheProductOnlyIsOfTheBundleBeforeIt(): void
    {
        self::assertSame(['set' => '4', 'box' => '7'], self::worths([
            self::line('set', '1'), self::line('cup', '3', '', '12'),
            self::line('box', '2'), self::line('cup', '5', '', '12'),
        ]));
    }

    public function testABundleWithinABundleIsPartOfTheOuterOne(): void
    {
        self::assertSame(['kit' => '6'], self::worths([
            self::line('kit', '1', 'a'), self::line('set', '2', 'b', 'a'), self::line('cup', '3', 'c', 'b'),
        ]));
    }

    public function testAPartWhoseBundleIsGoneIsALineOfItsOwn(): void
    {
        self::assertSame(['cup' => '3'], self::worths([self::line('cup', '3', 'c', 'b')]));
    }

    /** @return list<array{string}> as the cart, and as the order has it */
    public static function words(): array
    {
        return [
            ['bundled_by'], ['_bundled_by'], ['composite_parent'], ['_composite_parent'], ['mnm_container'],
            ['_mnm_container'], ['woosb_parent_id'], ['_woosb_parent_id'], ['wooco_parent_id'], ['_chained_product_of'],
        ];
    }

    /** @dataProvider words */
    #[DataProvider('words')]
    public function testEachPluginsWordForAPartIsKnown(string $word): void
    {
        self::assertSame('b1', Bundle::of(static fn (string $said): mixed => $said === $word ? 'b1' : ''));
        self::assertSame('', Bundle::of(static fn (string $said): mixed => null));
    }
}
