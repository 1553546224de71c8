<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\ListedCurrency;
use Pinrelay\WooCommerce\Storefront\TagRenderer;

final class ListedCurrencyTest extends TestCase
{
    /** WooCommerce's own list has all but the last three, which other plugins add. */
    private const UNLISTED = ['JEP', 'GGP', 'IMP', 'BYR', 'IRT', 'PRB', 'RMB', 'VEF', 'BTC', 'points', '€'];

    public function testWhatIsNotListedHasNoAmountsInTheBrowserEither(): void
    {
        $items = [['id' => '1', 'name' => 'Mug', 'price' => '5.00', 'quantity' => 2], ['id' => '2']];
        $event = ['event_name' => 'checkout', 'event_id' => 'x', 'value' => '12.50', 'order_id' => '7',
            'items' => $items];
        foreach (self::UNLISTED as $code) {
            self::assertFalse(ListedCurrency::has($code), $code);
            self::assertSame([
                'event_id' => 'x',
                'order_id' => '7',
                'order_quantity' => 3,
                'line_items' => [
                    ['product_id' => '1', 'product_name' => 'Mug', 'product_quantity' => 2],
                    ['product_id' => '2', 'product_quantity' => 1],
                ],
            ], TagRenderer::track($event + ['currency' => $code])[2], $code);
        }
        $told = TagRenderer::track($event + ['currency' => 'EUR'])[2];
        self::assertSame([12.5, 'EUR'], [$told['value'], $told['currency']]);
        self::assertEquals(5, $told['line_items'][0]['product_price']);
    }

    public function testAnEventWithoutCurrencyIsLeftAlone(): void
    {
        self::assertSame(['value' => '5'], ListedCurrency::only(['value' => '5']));
    }
}
