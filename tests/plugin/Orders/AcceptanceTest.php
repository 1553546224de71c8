<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\Acceptance;
use Pinrelay\WooCommerce\Settings\Settings;

final class AcceptanceTest extends TestCase
{
    private const ACTIVATED = 1795000000;

    private static function isPurchase(array $order, ?Settings $settings = null): bool
    {
        return Acceptance::isPurchase($order + [
            'status' => 'processing',
            'created_via' => 'checkout',
            'parent_id' => 0,
            'payment_method' => 'card',
            'is_paid' => in_array($order['status'] ?? 'processing', ['processing', 'completed'], true),
            'date_paid' => null,
            'date_created' => self::ACTIVATED + 1,
        ], $settings ?? new Settings(), self::ACTIVATED);
    }

    /** @return array<string, array{string, string, bool}> payment method, status, whether it counts */
    public static function statuses(): array
    {
        $rows = [];
        foreach (
            [
                // method        pending  on-hold  processing completed failed cancelled refunded draft
                'card' => [false, false, true, true, false, false, false, false],
                'bacs' => [false, false, true, true, false, false, false, false],
                'cheque' => [false, false, true, true, false, false, false, false],
                'cod' => [false, true, true, true, false, false, false, false],
                'cod-paid' => [false, false, false, true, false, false, false, false],
                'card-placed' => [false, true, true, true, false, false, false, false],
            ] as $method => $counts
        ) {
            $statuses = [
                'pending', 'on-hold', 'processing', 'completed', 'failed', 'cancelled', 'refunded', 'checkout-draft',
            ];
            foreach ($statuses as $index => $status) {
                $rows["{$method} {$status}"] = [$method, $status, $counts[$index]];
            }
        }
        return $rows;
    }

    /** @dataProvider statuses */
    #[DataProvider('statuses')]
    public function testAnOrderCountsWhenItsPaymentMethodSaysSo(string $method, string $status, bool $counts): void
    {
        [$gateway, $when] = explode('-', $method . '-');
        $settings = $when === '' ? new Settings() : new Settings(gateways: [$gateway => $when]);
        self::assertSame($counts, self::isPurchase(['payment_method' => $gateway, 'status' => $status], $settings));
    }

    public function testACustomStatusCountsOnceThereIsAPaymentDate(): void
    {
        $order = ['status' => 'in-production', 'is_paid' => false];
        self::assertFalse(self::isPurchase($order));
        self::assertTrue(self::isPurchase($order + ['date_paid' => self::ACTIVATED]));
    }

    public function testACancelledOrderIsNoPurchaseThoughItWasPaid(): void
    {
        self::assertFalse(self::isPurchase(['status' => 'cancelled', 'date_paid' => self::ACTIVATED]));
    }

    /** @return array<string, array{array<string, mixed>}> */
    public static function foreignOrders(): array
    {
        return [
            'made by hand' => [['created_via' => 'admin']],
            'imported' => [['created_via' => '']],
            'REST API' => [['created_via' => 'rest-api']],
            'renewal' => [['created_via' => 'subscription']],
            'part of another order' => [['parent_id' => 5]],
            'from before the activation' => [['date_created' => self::ACTIVATED - 1]],
            'without a date' => [['date_created' => null]],
        ];
    }

    /** @dataProvider foreignOrders */
    #[DataProvider('foreignOrders')]
    public function testAnOrderThatTheShopsOwnCheckoutDidNotMakeDoesNotCount(array $order): void
    {
        self::assertTrue(self::isPurchase([]));
        self::assertFalse(self::isPurchase($order));
    }

    public function testBothCheckoutsAreTheShopsOwn(): void
    {
        self::assertTrue(self::isPurchase(['created_via' => 'store-api']));
    }
}
