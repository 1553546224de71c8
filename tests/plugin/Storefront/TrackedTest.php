<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\Tracked;

final class TrackedTest extends TestCase
{
    private const AGENT = 'Mozilla/5.0 (X11; rv:132.0) Firefox/132.0';
    private const CONTEXT = ['ip' => '203.0.113.9', 'user_agent' => self::AGENT, 'url' => 'https://shop.example/'];

    public function testTheShopsCodeSaysWhatAndTheRequestSaysWho(): void
    {
        $data = ['lead_type' => 'Catalogue', 'value' => '5', 'currency' => 'EUR'];
        $event = Tracked::event('lead', $data, self::CONTEXT);
        self::assertSame(['lead', 'Catalogue', '5', 'EUR'], [
            $event['event_name'], $event['lead_type'], $event['value'], $event['currency'],
        ]);
        self::assertSame('203.0.113.9', $event['user']['ip']);
        self::assertSame('https://shop.example/', $event['event_source_url']);
    }

    public function testItMayNameAPersonButNotAnotherBrowser(): void
    {
        $user = ['email' => 'ada@shopper.example', 'ip' => '198.51.100.1', 'phone' => ['x']];
        $event = Tracked::event('lead', ['user' => $user], self::CONTEXT);
        self::assertEquals(
            ['ip' => '203.0.113.9', 'user_agent' => self::AGENT, 'email' => 'ada@shopper.example'],
            $event['user'],
        );
    }

    public function testIdentityTimeAndKindAreNotItsToSay(): void
    {
        $event = Tracked::event('lead', [
            'event_name' => 'checkout',
            'event_id' => 'mine',
            'event_time' => 1,
            'order_id' => '7',
            'action_source' => 'offline',
        ], self::CONTEXT);
        self::assertSame('lead', $event['event_name']);
        self::assertGreaterThan(1, $event['event_time']);
        foreach (['event_id', 'order_id', 'action_source'] as $field) {
            self::assertArrayNotHasKey($field, $event);
        }
    }
}
