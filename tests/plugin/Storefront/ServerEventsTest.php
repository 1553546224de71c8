<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Storefront\BotFilter;
use Pinrelay\WooCommerce\Storefront\EventCookies;
use Pinrelay\WooCommerce\Storefront\ServerEvents;
use Pinrelay\WooCommerce\Storefront\VisitorRegion;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Rig;

/** What stands before every event that is born on the server, whatever it is about. */
final class ServerEventsTest extends TestCase
{
    private const EVENT = [
        'event_name' => 'add_to_cart',
        'event_id' => 'c0ffee00-0000-4000-8000-000000000000',
        'event_time' => 1795000000,
        'user' => ['ip' => '203.0.113.9', 'user_agent' => 'Mozilla/5.0 Firefox/132.0'],
        'items' => [['id' => '16', 'quantity' => 1]],
    ];

    protected function setUp(): void
    {
        Rig::reset();
        Site::visit();
    }

    private static function tell(array $settings = [], array $event = []): void
    {
        $rig = new Rig($settings);
        $own = $rig->store->settings();
        $bots = new BotFilter($rig->relays->drops(...));
        $events = new ServerEvents($own, $rig->relays, new EventCookies(), new Consent($own), $bots, new Guard());
        $events->report($event + self::EVENT);
    }

    public function testBothHalvesCarryOneId(): void
    {
        self::tell();
        self::assertSame([self::EVENT['event_id']], array_column(Relay::$captured, 'event_id'));
        self::assertCount(1, Site::$cookies);
    }

    public function testWithoutConsentNeitherHalfIsMadeAndNoCookieIsSet(): void
    {
        self::tell(['consent' => Consent::FILTER]);
        self::assertSame([[], []], [Relay::$captured, Site::$cookies]);
        $_COOKIE[Consent::COOKIE] = '1';
        self::tell(['consent' => Consent::FILTER]);
        self::assertCount(1, Relay::$captured);
    }

    public function testABotGetsNeitherHalf(): void
    {
        self::tell(event: ['user' => ['user_agent' => 'Googlebot/2.1']]);
        self::tell(event: ['user' => []]);
        self::assertSame([[], []], [Relay::$captured, Site::$cookies]);
    }

    public function testTheCookieHoldsNothingOfWhoeverItIs(): void
    {
        self::tell(event: ['user' => ['email' => 'ada@shopper.example'] + self::EVENT['user']]);
        $cookie = (string) base64_decode(strtr(reset(Site::$cookies)['value'], '-_', '+/'));
        self::assertStringContainsString(self::EVENT['event_id'], $cookie);
        self::assertStringNotContainsString('ada', $cookie);
        self::assertStringNotContainsString('203.0.113.9', $cookie);
    }

    public function testAVisitorFromAPickedStateIsMarked(): void
    {
        self::tell(['ldp_states' => ['CA']], ['user' => ['state' => 'CA', 'country' => 'US'] + self::EVENT['user']]);
        self::assertTrue(Relay::$captured[0]['ldp']);
    }

    public function testSoIsOneWhoGaveNoAddressAndWasSeenThere(): void
    {
        $_COOKIE[VisitorRegion::COOKIE] = 'CA';
        self::tell(['ldp_states' => ['CA']]);
        self::tell();
        [$limited, $usual] = Relay::$captured;
        self::assertSame([true, 'CA', 'US'], [$limited['ldp'], $limited['user']['state'], $limited['user']['country']]);
        self::assertSame([false, false], [isset($usual['ldp']), isset($usual['user']['state'])]);
    }
}
