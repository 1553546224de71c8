<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\Decimal;
use Pinrelay\WooCommerce\Settings\Settings;

final class OrderEventTest extends TestCase
{
    private const EVENT_KEYS = [
        'event_name', 'event_id', 'event_time', 'event_source_url', 'language', 'user', 'order_id', 'currency', 'value',
        'coupon', 'items',
    ];
    private const ITEM_KEYS = ['id', 'name', 'category', 'brand', 'variant', 'price', 'quantity'];
    private const USER_KEYS = [
        'email', 'phone', 'first_name', 'last_name', 'city', 'state', 'postcode', 'country', 'external_id', 'ip',
        'user_agent', 'click_id',
    ];

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testARecordedOrderGivesTheRecordedEvent(string $name): void
    {
        self::assertSame(Fixtures::expected($name), Fixtures::event($name));
    }

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testAnEventHoldsOnlyWhatTheExtensionKnowsAndNothingEmpty(string $name): void
    {
        $event = Fixtures::event($name);
        self::assertSame([], array_diff(array_keys($event), self::EVENT_KEYS));
        self::assertSame([], array_diff(array_keys($event['user']), self::USER_KEYS));
        foreach ([$event, $event['user'], ...$event['items']] as $part) {
            foreach ($part as $key => $value) {
                self::assertNotSame('', $value, (string) $key);
                self::assertNotNull($value, (string) $key);
            }
        }
        foreach ($event['items'] as $item) {
            self::assertSame([], array_diff(array_keys($item), self::ITEM_KEYS));
        }
    }

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testMoneyIsDecimalTextWithTheShopsDecimals(string $name): void
    {
        $decimals = Fixtures::facts($name)['decimals'];
        $form = '/^\d+' . ($decimals > 0 ? '\.\d{' . $decimals . '}' : '') . '$/D';
        foreach (['items', 'items_tax', 'total'] as $basis) {
            $event = Fixtures::event($name, new Settings(value: $basis));
            foreach ([$event['value'] ?? null, ...array_column($event['items'], 'price')] as $amount) {
                $amount === null || self::assertMatchesRegularExpression($form, $amount);
            }
        }
    }

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testTheValueOfItemsIsWhatTheShopsBooksCallNet(string $name): void
    {
        $facts = Fixtures::facts($name);
        // total - tax - shipping - fees, as WooCommerce itself rounded and stored them.
        $net = Decimal::of($facts['total']);
        foreach (['tax', 'shipping', 'fees'] as $part) {
            $net = $net->plus(Decimal::of(self::negative($facts[$part])));
        }
        $value = Fixtures::event($name)['value'] ?? '0';
        self::assertSameAmount((string) $net, $value, $facts['decimals']);
    }

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testTheValueWithTaxIsWhatWasPaidForTheItems(string $name): void
    {
        $facts = Fixtures::facts($name);
        $paid = Decimal::of($facts['total']);
        foreach (['shipping', 'shipping_tax', 'fees', 'fees_tax'] as $part) {
            $paid = $paid->plus(Decimal::of(self::negative($facts[$part])));
        }
        $value = Fixtures::event($name, new Settings(value: 'items_tax'))['value'] ?? '0';
        self::assertSameAmount((string) $paid, $value, $facts['decimals']);
    }

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testTheTotalIsTheOrdersTotal(string $name): void
    {
        $value = Fixtures::event($name, new Settings(value: 'total'))['value'] ?? '0';
        $facts = Fixtures::facts($name);
        self::assertSameAmount($facts['total'], $value, $facts['decimals']);
    }

    public static function orders(): array
    {
        $names = Fixtures::names('order-');
        return array_combine($names, array_map(static fn (string $name): array => [$name], $names));
    }

    public function testThereAreOrdersToTest(): void
    {
        self::assertGreaterThan(30, count(Fixtures::names('order-')));
    }

    public function testAPriceIsPerUnitAndBeforeDiscounts(): void
    {
        $event = Fixtures::event('order-percent-coupon');
        self::assertSame(['12.50', '24.00'], array_column($event['items'], 'price'));
        self::assertSame([2, 1], array_column($event['items'], 'quantity'));
        self::assertSame('41.65', $event['value']);
        self::assertSame('save15', $event['coupon']);
    }

    public function testPricesFollowTheTaxBasisOfTheValue(): void
    {
        $prices = static fn (string $basis): array => array_column(
            Fixtures::event('order-tax-included', new Settings(value: $basis))['items'],
            'price',
        );
        self::assertSame(['10.50', '20.17', '0.83'], $prices('items'));
        self::assertSame(['12.50', '24.00', '0.99'], $prices('items_tax'));
        self::assertSame(['12.50', '24.00', '0.99'], $prices('total'));
    }

    public function testRoundingFollowsTheShop(): void
    {
        self::assertSame('26.03', Fixtures::event('order-tax-included-many')['value'], 'line by line');
        self::assertSame('26.04', Fixtures::event('order-round-at-subtotal')['value'], 'once at the end');
    }

    public function testFeesAndShippingCountInTheTotalAlone(): void
    {
        $cases = [
            ['order-fee', '12.50', '15.00'],
            ['order-shipping', '12.50', '17.40'],
            ['order-negative-fee', '24.00', '21.00'],
        ];
        foreach ($cases as [$name, $items, $total]) {
            self::assertSame($items, Fixtures::event($name)['value'], $name);
            self::assertSame($items, Fixtures::event($name, new Settings(value: 'items_tax'))['value'], $name);
            self::assertSame($total, Fixtures::event($name, new Settings(value: 'total'))['value'], $name);
        }
    }

    public function testAFreeOrderHasItemsButNoValue(): void
    {
        $event = Fixtures::event('order-free-order');
        self::assertArrayNotHasKey('value', $event);
        self::assertSame('12.50', $event['items'][0]['price']);
    }

    public function testAGiftIsAnItemWithoutAPrice(): void
    {
        [$gift, $mug] = Fixtures::event('order-gift')['items'];
        self::assertSame('Sample', $gift['name']);
        self::assertArrayNotHasKey('price', $gift);
        self::assertSame('12.50', $mug['price']);
    }

    public function testTheOrdersCurrencyCountsNotTheShops(): void
    {
        self::assertSame('USD', Fixtures::event('order-other-currency')['currency']);
        self::assertSame('5049', Fixtures::event('order-jpy')['value']);
        self::assertSame('31.480', Fixtures::event('order-kwd')['value']);
        self::assertSame('12.345', Fixtures::event('order-kwd')['items'][0]['price']);
    }

    public function testAVariationIsNamedByItsOwnId(): void
    {
        [$line] = Fixtures::facts('order-variation')['items'];
        $byId = Fixtures::event('order-variation')['items'][0];
        self::assertSame((string) $line['variation_id'], $byId['id']);
        self::assertSame('Blue', $byId['variant']);
        $bySku = Fixtures::event('order-variation', new Settings(itemId: 'sku'))['items'][0];
        self::assertSame('SHIRT-BLUE', $bySku['id']);
    }

    public function testAProductWithoutSkuOrFilteredIdKeepsItsPostId(): void
    {
        $ids = array_column(Fixtures::event('order-cart-coupon', new Settings(itemId: 'sku'))['items'], 'id');
        $sticker = Fixtures::facts('order-cart-coupon')['items'][2];
        self::assertSame(['MUG-1', 'PLATE-1', (string) $sticker['product_id']], $ids);
    }

    public function testIdsAreWrittenAsCommonFeedPluginsWriteThem(): void
    {
        $id = static fn (string $name, string $kind): string
            => Fixtures::event($name, new Settings(itemId: $kind))['items'][0]['id'];
        $line = Fixtures::facts('order-variation')['items'][0];
        $post = $line['variation_id'];
        self::assertNotSame('', $line['sku']);
        self::assertSame("gla_{$post}", $id('order-variation', 'gla'));
        self::assertSame("woocommerce_gpf_{$post}", $id('order-variation', 'gpf'));
        self::assertSame("{$line['sku']}_{$post}", $id('order-variation', 'facebook'));
        $deleted = Fixtures::facts('order-product-deleted')['items'];
        $gone = array_values(array_filter($deleted, static fn (array $line): bool => $line['sku'] === ''))[0];
        $ids = array_column(Fixtures::event('order-product-deleted', new Settings(itemId: 'facebook'))['items'], 'id');
        self::assertContains('wc_post_id_' . ($gone['variation_id'] ?: $gone['product_id']), $ids);
    }

    public function testTheFilteredIdIsUsedWhereTheOwnerChoseTheFilter(): void
    {
        $facts = Fixtures::facts('order-guest');
        $facts['items'][0]['filtered_id'] = 'shop_10';
        $event = static fn (string $kind): array => \Pinrelay\WooCommerce\Mapping\OrderEvent::map(
            $facts,
            [],
            Fixtures::EVENT_ID,
            Fixtures::EVENT_TIME,
            new Settings(itemId: $kind),
        );
        self::assertSame('shop_10', $event('filter')['items'][0]['id']);
        self::assertNotSame('shop_10', $event('id')['items'][0]['id']);
        $facts['items'][0]['filtered_id'] = '';
        self::assertNotSame('', $event('filter')['items'][0]['id']);
    }

    public function testADeletedProductKeepsItsIdNameAndPrice(): void
    {
        [$mug, $shirt, $plate] = Fixtures::event('order-product-deleted', new Settings(itemId: 'sku'))['items'];
        $facts = Fixtures::facts('order-product-deleted')['items'];
        self::assertSame(['Mug', 'Shirt - Blue'], [$mug['name'], $shirt['name']]);
        self::assertGreaterThan(0, $facts[1]['variation_id']);
        self::assertSame((string) $facts[0]['product_id'], $mug['id']);
        self::assertSame((string) $facts[1]['variation_id'], $shirt['id']);
        self::assertSame(['12.50', '29.90'], [$mug['price'], $shirt['price']]);
        self::assertSame('PLATE-1', $plate['id'], 'the one that is still there');
    }

    public function testLaterChangesDoNotChangeTheSale(): void
    {
        self::assertSame('59.95', Fixtures::event('order-price-raised')['items'][0]['price']);
        self::assertSame(['72.00', 3], [
            Fixtures::event('order-refunded-partly')['value'],
            Fixtures::event('order-refunded-partly')['items'][0]['quantity'],
        ]);
        self::assertSame('12.50', Fixtures::event('order-refunded-fully')['value']);
    }

    public function testAFractionOfAUnitIsOneUnitAtThePriceOfTheLine(): void
    {
        [$cloth] = Fixtures::event('order-fraction')['items'];
        self::assertSame(['27.00', 1], [$cloth['price'], $cloth['quantity']]);
    }

    public function testALineOfNoUnitsIsNoItem(): void
    {
        $facts = Fixtures::facts('order-several');
        $facts['items'][0]['quantity'] = 0;
        $event = \Pinrelay\WooCommerce\Mapping\OrderEvent::map($facts, [], 'x', 1795000000, new Settings());
        self::assertSame(['Plate'], array_column($event['items'], 'name'));
    }

    public function testTheContextOfTheVisitWinsOverTheOrder(): void
    {
        self::assertGreaterThan(0, Fixtures::facts('order-account')['customer_id']);
        $seen = Fixtures::event('order-account');
        self::assertSame(Fixtures::CONTEXT['external_id'], $seen['user']['external_id']);
        self::assertSame('de', $seen['language']);

        $unseen = Fixtures::event('order-account', context: []);
        self::assertSame((string) Fixtures::facts('order-account')['customer_id'], $unseen['user']['external_id']);
        self::assertSame('en', $unseen['language']);
        self::assertArrayNotHasKey('event_source_url', $unseen);
        self::assertArrayNotHasKey('ip', $unseen['user']);
    }

    public function testASaleWithoutABrowserIsAnOfflineSale(): void
    {
        self::assertSame('offline', Fixtures::event('order-by-hand', context: [])['action_source']);
        self::assertArrayNotHasKey('action_source', Fixtures::event('order-by-hand'), 'paid by a link, in a browser');
        self::assertArrayNotHasKey('action_source', Fixtures::event('order-guest', context: []), 'from the checkout');
    }

    public function testAGuestHasNoExternalIdOfTheShop(): void
    {
        self::assertArrayNotHasKey('external_id', Fixtures::event('order-guest', context: [])['user']);
    }

    public function testAnOrderWithoutABuyerHasNoUser(): void
    {
        self::assertArrayNotHasKey('user', Fixtures::event('order-by-hand', context: []));
    }

    public function testPersonalDataGoesOutRawForTheExtensionToHash(): void
    {
        $user = Fixtures::event('order-us')['user'];
        self::assertSame('+1 (415) 555-0132', $user['phone']);
        self::assertSame(['John', 'Doe'], [$user['first_name'], $user['last_name']]);
        self::assertSame(['San Francisco', 'CA', '94105', 'US'], [
            $user['city'], $user['state'], $user['postcode'], $user['country'],
        ]);
    }

    public function testABrokenContextDoesNoHarm(): void
    {
        $event = Fixtures::event('order-guest', context: ['ip' => ['x'], 'url' => null, 'user_agent' => '', 'z' => 1]);
        self::assertArrayNotHasKey('ip', $event['user']);
        self::assertArrayNotHasKey('user_agent', $event['user']);
        self::assertArrayNotHasKey('event_source_url', $event);
    }

    private static function assertSameAmount(string $expected, string $actual, int $decimals): void
    {
        $round = static fn (string $amount): string => (string) Decimal::of($amount)->rounded($decimals);
        self::assertSame($round($expected), $round($actual));
    }

    private static function negative(string $amount): string
    {
        return str_starts_with($amount, '-') ? substr($amount, 1) : "-$amount";
    }
}
