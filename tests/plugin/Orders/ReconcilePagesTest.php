<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\ReconcilePages;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class ReconcilePagesTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
    }

    public function testEveryOrderOfTheSpanIsSeenAPageAtATime(): void
    {
        foreach ([100, 110, 110, 120, 130] as $n => $time) {
            self::order(71 + $n, $time);
        }
        self::order(90, 99);
        self::order(91, 201);
        self::assertSame([71, 72, 73, 74, 75], self::seen(['from' => 100, 'offset' => 0], 200, 2));
        self::assertSame([2], array_values(array_unique(array_column(Site::$queries, 'limit'))));
    }

    public function testMoreOrdersOfOneSecondThanAPageHoldsAreAllSeen(): void
    {
        for ($id = 71; $id < 78; $id++) {
            self::order($id, 100);
        }
        self::order(80, 101);
        self::assertSame([71, 72, 73, 74, 75, 76, 77, 80], self::seen(['from' => 50, 'offset' => 0], 200, 3));
    }

    public function testOrdersThatChangeMeanwhileHideNoOthers(): void
    {
        for ($id = 71; $id < 77; $id++) {
            self::order($id, $id);
        }
        $seen = [];
        foreach (self::walk(['from' => 0, 'offset' => 0], 200, 2) as $page) {
            array_push($seen, ...$page['ids']);
            // The first ones leave the span.
            foreach ($page['ids'] as $id) {
                Site::$orders[$id]->data['date_modified'] = new \DateTimeImmutable('@300');
            }
        }
        self::assertSame([71, 72, 73, 74, 75, 76], array_values(array_unique($seen)));
    }

    public function testAnOrderThatChangesWhileItsPageIsReadDoesNotCarryTheWalkPastTheOthers(): void
    {
        $cursor = ['from' => 100, 'offset' => 0];
        self::assertSame($cursor, ReconcilePages::next($cursor, 50, 50, 201, 200));
        self::assertSame(['from' => 200, 'offset' => 0], ReconcilePages::next($cursor, 50, 50, 200, 200));
        self::assertSame(['from' => 100, 'offset' => 50], ReconcilePages::next($cursor, 50, 50, null, 200), 'deleted');
    }

    public function testTheNextWalkGoesOnWhereOneWasStopped(): void
    {
        for ($id = 71; $id < 77; $id++) {
            self::order($id, $id);
        }
        foreach (self::walk(['from' => 0, 'offset' => 0], 200, 4) as $page) {
            $next = $page['next'];
            break;
        }
        self::assertSame([74, 75, 76], self::seen($next, 200, 4), 'the last second is read again');
        foreach (self::walk($next, 200, 4) as $page) {
            $next = $page['next'];
        }
        self::assertSame(['from' => 200, 'offset' => 0], $next, 'after the end of the span');
    }

    public function testOnlyStatusesThatASaleMayHaveAreAskedForThoseOfOtherPluginsIncluded(): void
    {
        self::assertSame(
            ['wc-pending', 'wc-processing', 'wc-on-hold', 'wc-completed', 'wc-shipped'],
            ReconcilePages::saleStatuses(new Settings()),
        );
    }

    private static function order(int $id, int $modified): void
    {
        new \WC_Order(['id' => $id, 'date_modified' => new \DateTimeImmutable("@{$modified}")]);
    }

    /** @return list<int> */
    private static function seen(array $cursor, int $to, int $size): array
    {
        $seen = [];
        foreach (self::walk($cursor, $to, $size) as $page) {
            array_push($seen, ...$page['ids']);
        }
        return array_values(array_unique($seen));
    }

    private static function walk(array $cursor, int $to, int $size): iterable
    {
        $statuses = ReconcilePages::saleStatuses(new Settings());
        return ReconcilePages::walk(ReconcilePages::MODIFIED, $cursor, $to, $statuses, $size);
    }
}
