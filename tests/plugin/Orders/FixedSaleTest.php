<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Mapping\OrderSale;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** What a sale is worth is decided once, in its order's own currency, whatever happens to the shop and to the order. */
final class FixedSaleTest extends TestCase
{
    private const TOTAL = ['value' => 'total'];

    protected function setUp(): void
    {
        Rig::reset();
    }

    /** An order of 19.99 dollars. */
    private static function order(): \WC_Order
    {
        $now = new \DateTimeImmutable('@' . time());
        return new \WC_Order(['currency' => 'USD', 'total' => '19.99', 'date_created' => $now, 'date_paid' => $now]);
    }

    public function testAnOrderInDollarsKeepsItsCentsInAShopThatSellsInYen(): void
    {
        Site::$decimals = 0;
        (new Rig(self::TOTAL))->hooks->accept(self::order());
        self::assertSame(['USD', '19.99'], [Relay::$captured[0]['currency'], Relay::$captured[0]['value']]);
    }

    public function testAnAmountInYenHasNoDecimalsInAShopThatSellsInEuros(): void
    {
        $order = self::order();
        $order->data['currency'] = 'JPY';
        $order->data['total'] = '1999';
        (new Rig(self::TOTAL))->hooks->accept($order);
        self::assertSame('1999', Relay::$captured[0]['value']);
    }

    public function testACurrencySwitcherThatConvertsWhatIsShownChangesNoAmount(): void
    {
        $read = 0;
        add_filter('woocommerce_order_get_total', static fn (string $total): string => (string) (2 * (float) $total));
        add_filter('woocommerce_order_get_currency', static function () use (&$read): string {
            $read++;
            return 'ISK';
        });
        (new Rig(self::TOTAL))->hooks->accept(self::order());
        self::assertSame(['USD', '19.99'], [Relay::$captured[0]['currency'], Relay::$captured[0]['value']]);
        self::assertSame(0, $read, 'some switchers turn to the currency of an order that is read');
    }

    public function testARepetitionAndTheBrowserSayWhatWasAcceptedThoughTheOrderWasEdited(): void
    {
        $order = self::order();
        Relay::$throws['capture'] = new SpoolException('No space left on device', 'full');
        (new Rig(self::TOTAL))->hooks->accept($order);
        $order->data['total'] = '5.00';
        $order->data['currency'] = 'ISK';
        $order->data['billing_email'] = 'ada.new@shopper.example';
        Relay::$throws = [];
        $later = new Rig(self::TOTAL);
        self::assertTrue($later->dispatcher->send($later->row(), time()));
        $event = Relay::$captured[0];
        self::assertSame(['USD', '19.99'], [$event['currency'], $event['value']]);
        self::assertSame('ada.new@shopper.example', $event['user']['email'], 'who bought it is read anew');

        $row = $later->row();
        $browser = OrderSale::event(
            $order,
            [],
            $row->eventId,
            (int) $row->eventTime,
            $later->store->settings(),
            $row->event,
        );
        self::assertSame($event['value'], $browser['value']);
        self::assertSame($event['currency'], $browser['currency']);
    }

    public function testASettingThatIsChangedMeanwhileChangesNoAcceptedOrder(): void
    {
        Relay::$throws['capture'] = new SpoolException('No space left on device', 'full');
        (new Rig(self::TOTAL))->hooks->accept(self::order());
        Relay::$throws = [];
        $later = new Rig(['value' => 'items']);
        $later->dispatcher->send($later->row(), time());
        self::assertSame('19.99', Relay::$captured[0]['value']);
    }

    public function testWhatAFilterMadeOfItAtAcceptanceIsWhatARepetitionSays(): void
    {
        Relay::$throws['capture'] = new SpoolException('No space left on device', 'full');
        $rig = new Rig(self::TOTAL);
        $rate = '2.00';
        $filter = static function (array $event) use (&$rate): array {
            return ['value' => $rate] + $event;
        };
        add_filter('pinrelay_event', $filter);
        $rig->hooks->accept(self::order());
        $rate = '3.00';
        Relay::$throws = [];
        $rig->dispatcher->send($rig->row(), time());
        self::assertSame('2.00', Relay::$captured[0]['value']);
    }

    public function testNothingOfTheBuyerIsKeptWithIt(): void
    {
        $rig = new Rig(self::TOTAL);
        $rig->hooks->accept(self::order());
        $stored = Site::$database->get_results('SELECT event FROM wp_pinrelay_orders', 'ARRAY_A')[0]['event'];
        self::assertStringContainsString('19.99', $stored);
        self::assertStringNotContainsString('ada', $stored);
        self::assertArrayNotHasKey('user', $rig->row()->event);
    }

    public function testARowOfAnEarlierVersionIsFixedByTheFirstThatSendsIt(): void
    {
        $rig = new Rig(self::TOTAL);
        $order = self::order();
        $rig->outbox->accept(71, 'event-71', Rig::ACCOUNT, time());
        Relay::$throws['capture'] = new SpoolException('No space left on device', 'full');
        $rig->dispatcher->send($rig->row(), time());
        $order->data['total'] = '5.00';
        Relay::$throws = [];
        $rig->dispatcher->send($rig->row(), time());
        self::assertSame('19.99', Relay::$captured[0]['value']);
    }

    public function testOfTwoThatFixItOneDecides(): void
    {
        $rig = new Rig(self::TOTAL);
        $order = self::order();
        $rig->outbox->accept(71, 'event-71', Rig::ACCOUNT, time());
        $stale = $rig->row();
        self::assertTrue($rig->outbox->fix(71, ['event_name' => 'checkout', 'value' => '7.00', 'currency' => 'EUR']));
        self::assertFalse($rig->outbox->fix(71, ['event_name' => 'checkout', 'value' => '8.00']));
        $rig->dispatcher->send($stale, time(), $order);
        self::assertSame('7.00', Relay::$captured[0]['value']);
    }
}
