<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\EventId;

final class EventIdTest extends TestCase
{
    public function testItIsTheFirstHalfOfAnHmacSha256(): void
    {
        // Computed with: printf 'order:71:wc_order_a' | openssl dgst -sha256 -hmac secret
        self::assertSame('9c94e8b15e5c9083aa46ed1fb3d16e9b', EventId::ofOrder(71, 'wc_order_a', 'secret'));
    }

    public function testItDiffersByOrderAndByInstall(): void
    {
        $ids = [EventId::ofOrder(1, 'k', 'a'), EventId::ofOrder(2, 'k', 'a'), EventId::ofOrder(1, 'k', 'b')];
        self::assertCount(3, array_unique($ids));
    }

    public function testANumberThatIsGivenAgainAfterARestoredBackupIsAnotherOrder(): void
    {
        self::assertNotSame(EventId::ofOrder(71, 'wc_order_a', 's'), EventId::ofOrder(71, 'wc_order_b', 's'));
    }
}
