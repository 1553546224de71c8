<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\BrowseEvents;
use Pinrelay\WooCommerce\Mapping\CartEvent;
use Pinrelay\WooCommerce\Mapping\PageVisitEvent;
use Pinrelay\WooCommerce\Settings\Settings;

final class AddToCartEventTest extends TestCase
{
    /** @dataProvider products */
    #[DataProvider('products')]
    public function testARecordedProductGivesTheRecordedEvent(string $name): void
    {
        self::assertSame(Fixtures::expected($name), Fixtures::event($name));
    }

    public static function products(): array
    {
        $names = Fixtures::names('product-');
        return array_combine($names, array_map(static fn (string $name): array => [$name], $names));
    }

    public function testTheValueIsForTheUnitsAddedAndThePriceForOne(): void
    {
        $event = Fixtures::event('product-sale');
        self::assertSame(['119.90', '59.95', 2], [
            $event['value'], $event['items'][0]['price'], $event['items'][0]['quantity'],
        ]);
    }

    public function testTaxCountsAsForOrders(): void
    {
        $told = static fn (string $name, string $basis): array => [
            Fixtures::event($name, new Settings(value: $basis))['value'],
            Fixtures::event($name, new Settings(value: $basis))['items'][0]['price'],
        ];
        self::assertSame(['31.51', '10.50'], $told('product-taxed-gross', 'items'));
        self::assertSame(['37.50', '12.50'], $told('product-taxed-gross', 'items_tax'));
        self::assertSame(['37.50', '12.50'], $told('product-taxed-net', 'items'));
        self::assertSame(['44.63', '14.88'], $told('product-taxed-net', 'total'));
    }

    public function testAFreeProductHasNoValue(): void
    {
        $event = Fixtures::event('product-free');
        self::assertArrayNotHasKey('value', $event);
        self::assertSame('Sample', $event['items'][0]['name']);
    }

    public function testAnAddKnowsNothingOfABuyer(): void
    {
        self::assertSame(
            ['ip', 'user_agent', 'click_id', 'external_id'],
            array_keys(Fixtures::event('product-simple')['user']),
        );
    }

    public function testAPageVisitHoldsNothingOfAVisitorAndNoValue(): void
    {
        $event = PageVisitEvent::map(Fixtures::facts('product-variation'), new Settings());
        self::assertSame(['event_name', 'currency', 'items'], array_keys($event));
        self::assertSame('29.90', $event['items'][0]['price']);
        self::assertSame(['event_name' => 'page_visit'], PageVisitEvent::map(null, new Settings()));
    }

    public function testACartIsWorthWhatItsLinesAre(): void
    {
        $lines = [Fixtures::facts('product-simple'), Fixtures::facts('product-sale')];
        $event = CartEvent::map('initiate_checkout', $lines, new Settings());
        $alone = array_map(
            static fn (string $name): float => (float) Fixtures::event($name)['value'],
            ['product-simple', 'product-sale'],
        );
        self::assertSame('initiate_checkout', $event['event_name']);
        self::assertSame(array_sum($alone), (float) $event['value']);
        self::assertCount(2, $event['items']);
        self::assertSame(
            ['event_name' => 'initiate_checkout'],
            CartEvent::map('initiate_checkout', [], new Settings()),
        );
    }

    public function testWhoSearchesForAnAddressIsNotToldOn(): void
    {
        self::assertSame(['event_name' => 'search', 'search_string' => 'mug'], BrowseEvents::search(' mug '));
        self::assertSame(['event_name' => 'search'], BrowseEvents::search('ada@shopper.example'));
    }
}
