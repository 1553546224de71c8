<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\OrderSnapshot;
use Pinrelay\WooCommerce\Settings\Settings;

final class OrderSnapshotTest extends TestCase
{
    private const DATES = ['date_created' => 100, 'date_paid' => 200, 'date_completed' => 300];

    /** @return array<string, array{array<string, mixed>, int}> over a card order, when it became a purchase */
    public static function orders(): array
    {
        return [
            'a card counts when it is charged' => [[], 200],
            'a transfer counts when it arrives' => [['payment_method' => 'bacs'], 200],
            'cash on delivery as set up: when placed' => [['payment_method' => 'cod'], 100],
            'paid, but nobody wrote down when' => [['date_paid' => null], 300],
            'nothing but its placement is known' => [['date_paid' => null, 'date_completed' => null], 100],
            'a clock ahead' => [['date_paid' => 5000], 1000],
            'no date at all' => [array_fill_keys(array_keys(self::DATES), null), 1000],
        ];
    }

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testTheTimeOfAcceptanceIsReadFromTheOrder(array $order, int $expected): void
    {
        $snapshot = $order + ['payment_method' => 'card'] + self::DATES;
        self::assertSame($expected, OrderSnapshot::acceptedAt($snapshot, new Settings(), 1000));
    }

    public function testCashOnDeliveryThatCountsWhenPaidIsPaidWithItsCompletion(): void
    {
        $settings = new Settings(gateways: ['cod' => 'paid']);
        self::assertSame(300, OrderSnapshot::acceptedAt(['payment_method' => 'cod'] + self::DATES, $settings, 1000));
    }
}
