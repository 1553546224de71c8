<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\EventId;

final class EventIdTest extends TestCase
{
    public function testItIsTheFirstHalfOfAnHmacSha256(): void
    {
        // Computed with: printf 'order:71' | openssl dgst -sha256 -hmac secret
        self::assertSame('a38d8f41a5e90dc27bdcd6d1a7414d8a', EventId::ofOrder(71, 'secret'));
    }

    public function testItDiffersByOrderAndByInstall(): void
    {
        $ids = [EventId::ofOrder(1, 'a'), EventId::ofOrder(2, 'a'), EventId::ofOrder(1, 'b')];
        self::assertCount(3, array_unique($ids));
    }
}
