<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Mapping\PageVisitEvent;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Tests\Mapping\Fixtures;

final class PageFactsTest extends TestCase
{
    public function testWhatIsSignedComesBackAndNothingElse(): void
    {
        $event = PageVisitEvent::map(Fixtures::facts('product-hostile'), new Settings());
        ['facts' => $facts, 'signature' => $signature] = PageFacts::write($event, 'key');
        self::assertSame($event, PageFacts::read($facts, $signature, 'key'));
        self::assertNull(PageFacts::read($facts . ' ', $signature, 'key'));
        self::assertNull(PageFacts::read($facts, $signature, 'another shop\'s key'));
        self::assertNull(PageFacts::read($facts, '', 'key'));
    }

    public function testTheSameFactsAreTheSameForEveryVisitor(): void
    {
        $write = static fn (): array => PageFacts::write(['event_name' => 'page_visit'], 'key');
        self::assertSame($write(), $write());
    }

    public function testTheKeyIsNotTheSecretThatOtherThingsAreSignedWith(): void
    {
        self::assertNotSame(hash_hmac('sha256', 'order:7', 'secret'), PageFacts::key('secret'));
        self::assertStringNotContainsString('secret', PageFacts::key('secret'));
    }

    public function testALongEventLosesItsWordsFirstAndItsItemsThen(): void
    {
        $item = ['id' => '16', 'name' => str_repeat('🫖', 500), 'category' => str_repeat('ä', 500), 'price' => '1.00'];
        $short = ['event_name' => 'page_visit', 'currency' => 'EUR', 'items' => [$item]];
        self::assertSame($short, PageFacts::fit($short), 'the longest product still fits');

        $cart = ['event_name' => 'initiate_checkout', 'value' => '2.00', 'items' => [$item, $item]];
        self::assertSame(
            [['id' => '16', 'price' => '1.00'], ['id' => '16', 'price' => '1.00']],
            PageFacts::fit($cart)['items'],
        );
        $huge = ['items' => array_fill(0, 400, $item)] + $cart;
        self::assertSame(['event_name' => 'initiate_checkout', 'value' => '2.00'], PageFacts::fit($huge));
    }
}
