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
    private const NOW = 1795000000;

    public function testWhatIsSignedComesBackAndNothingElse(): void
    {
        $event = PageVisitEvent::map(Fixtures::facts('product-hostile'), new Settings());
        ['facts' => $facts, 'signature' => $signature] = PageFacts::write($event, 'key', self::NOW);
        self::assertSame($event, PageFacts::read($facts, $signature, 'key', self::NOW));
        self::assertNull(PageFacts::read($facts . ' ', $signature, 'key', self::NOW));
        self::assertNull(PageFacts::read($facts, $signature, 'another shop\'s key', self::NOW));
        self::assertNull(PageFacts::read($facts, '', 'key', self::NOW));
    }

    public function testTheSameFactsAreTheSameForEveryVisitor(): void
    {
        $write = static fn (): array => PageFacts::write(['event_name' => 'page_visit'], 'key', self::NOW);
        self::assertSame($write(), $write());
    }

    /** A cached page is taken for at least two months, whatever its day, and not for a year. */
    public function testTheKeysOfThreeMonthsAreAccepted(): void
    {
        $at = static fn (string $time): int => (int) strtotime("$time UTC");
        $isRead = static function (string $made, string $read) use ($at): bool {
            ['facts' => $facts, 'signature' => $signature] = PageFacts::write([], 'key', $at($made));
            return PageFacts::read($facts, $signature, 'key', $at($read)) !== null;
        };
        $cases = [
            ['2026-11-30 23:59:59', '2026-12-01 00:00:00', true],
            ['2026-11-01 00:00:00', '2027-01-31 23:59:59', true],
            ['2026-11-30 23:59:59', '2027-02-01 00:00:00', false],
            ['2028-02-29 12:00:00', '2028-04-30 23:59:59', true],
            ['2028-02-29 12:00:00', '2028-05-01 00:00:00', false],
            ['2026-12-01 00:00:01', '2026-11-30 23:59:59', true],
            ['2026-12-01 00:00:01', '2026-10-31 23:59:59', false],
            ['2026-11-15 00:00:00', '2027-11-15 00:00:00', false],
        ];
        foreach ($cases as [$made, $read, $expected]) {
            self::assertSame($expected, $isRead($made, $read), "$made read at $read");
        }
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
