<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Consent;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Collect\Rate;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Consent\Withdrawal;
use Pinrelay\WooCommerce\Consent\Withdrawn;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Storefront\CartVisitor;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Storefront\Site;

/** A browser that takes consent back stops its own orders and visits, and nobody else's. */
final class WithdrawalTest extends TestCase
{
    private const VISITOR = '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d';

    private Rig $rig;
    private Withdrawal $withdrawal;
    private string $rateFile;

    protected function setUp(): void
    {
        Rig::reset();
        Site::visit();
        $this->rig = new Rig(['consent' => Consent::FILTER]);
        $consent = new Consent($this->rig->store->settings());
        $buyer = new BuyerCookie($this->rig->state->secret(), $consent);
        $this->rateFile = (string) tempnam(sys_get_temp_dir(), 'pinrelay-rate');
        $this->withdrawal = new Withdrawal(
            $consent,
            $buyer,
            $this->rig->hooks,
            $this->rig->relays,
            new Visitor(),
            new Rate($this->rateFile, 'key'),
            new Guard(),
        );
        foreach ([71, 72] as $id) {
            $order = new \WC_Order(['id' => $id, 'status' => 'pending']);
            $_COOKIE[Consent::COOKIE] = '1';
            do_action('woocommerce_checkout_order_processed', $id, [], $order);
            $order->data['status'] = 'processing';
            do_action('woocommerce_payment_complete', $id);
        }
    }

    protected function tearDown(): void
    {
        $_COOKIE = [];
        WC()->session = null;
        @unlink($this->rateFile);
    }

    private function answer(string $answer): int
    {
        $_COOKIE = [
            Consent::COOKIE => $answer,
            BuyerCookie::NAME => BuyerCookie::write([71], time() + 60, $this->rig->state->secret()),
        ];
        return $this->withdrawal->handle((string) json_encode(['visitor' => self::VISITOR]));
    }

    public function testItTakesThisBrowsersOrdersBackAndForgetsThem(): void
    {
        $this->answer('0');
        self::assertSame([$this->rig->row(71)->eventId], Relay::$withdrawn);
        self::assertSame('refused', $this->rig->row(71)->consent);
        self::assertSame('granted', $this->rig->row(72)->consent);
        self::assertSame('', Site::$cookies[BuyerCookie::NAME]['value']);
    }

    public function testSomebodyWhoStillAgreesTakesNothingBack(): void
    {
        $this->answer('1');
        self::assertSame([[], []], [Relay::$withdrawn, Relay::$forgotten]);
        self::assertSame([], Site::$cookies);
    }

    public function testWhatTheBrowserDidIsTakenBackFromEveryAccountThatIsStillDrained(): void
    {
        $this->rig->state->put(['retired' => ['1234' => ['ad_account_id' => '1234', 'access_token' => 'pina_old']]]);
        $this->answer('0');
        self::assertSame([[Rig::ACCOUNT, self::VISITOR], ['1234', self::VISITOR]], Relay::$forgotten);
    }

    public function testAnExtensionThatFailsStopsNoOrderFromBeingTakenBack(): void
    {
        Relay::$throws = ['withdrawVisitor' => new \Error('Call to undefined method')];
        $this->answer('0');
        self::assertSame('refused', $this->rig->row(71)->consent);
    }

    public function testAnAddressThatAsksTooOftenCostsNoWork(): void
    {
        for ($count = 0; $count < Rate::MOST; $count += 30) {
            self::assertSame(204, $this->answer('1'));
        }
        self::assertSame(429, $this->answer('0'));
        self::assertSame([[], []], [Relay::$withdrawn, Relay::$forgotten]);
        self::assertSame('granted', $this->rig->row(71)->consent);
    }

    public function testWhatCollectPhpTookIsTakenBackByItsCookieOfThatMoment(): void
    {
        $cookie = BuyerCookie::write([71], time() - 60, $this->rig->state->secret());
        $this->withdrawal->refused(self::VISITOR, $cookie, time() - 120);
        self::assertSame(['refused', 'granted'], [$this->rig->row(71)->consent, $this->rig->row(72)->consent]);
        self::assertSame([[Rig::ACCOUNT, self::VISITOR]], Relay::$forgotten);
        $this->withdrawal->refused('', str_replace('71', '72', $cookie), time() - 120);
        self::assertSame('granted', $this->rig->row(72)->consent, 'a forged cookie');
    }

    /** Nor what a payment service's server says of his cart, whose session no request of his can reach. */
    public function testWhoFilledACartIsNoMoreTheOneWhoTookHisConsentBack(): void
    {
        $other = str_replace('6f1c', '7f1c', self::VISITOR);
        $known = static function (string $visitor): ?array {
            $context = ['ip' => '81.2.69.160', 'external_id' => $visitor];
            WC()->session = new \WC_Session('t_1');
            WC()->session->set('pinrelay_visitor', ['context' => $context, 'consent' => 'granted']);
            return CartVisitor::known();
        };
        self::assertNotNull($known(self::VISITOR));
        $this->withdrawal->refused(self::VISITOR, '', time());
        self::assertNull($known(self::VISITOR));
        self::assertSame($other, $known($other)['context']['external_id'] ?? null);
        $_COOKIE = [Consent::COOKIE => '0'];
        $this->withdrawal->handle((string) json_encode(['visitor' => $other]));
        self::assertNull($known($other), 'as the shop itself is told');
    }

    public function testSoManyBrowsersAreRememberedAndTheEarliestGiveWay(): void
    {
        $id = static fn (int $number): string => sprintf('6f1c0c1e-8a52-4b6e-9d7a-%012d', $number);
        foreach (range(1, 1001) as $number) {
            Withdrawn::add($id($number), time());
        }
        self::assertSame([false, true, true], array_map(Withdrawn::has(...), [$id(1), $id(2), $id(1001)]));
        Withdrawn::add($id(7), time() + 31 * 86400);
        self::assertCount(1, get_option(Withdrawn::OPTION));
    }

    /** @dataProvider bodies */
    #[DataProvider('bodies')]
    public function testWhatIsNoIdOfABrowserTakesNothingBack(string $body): void
    {
        $_COOKIE = [Consent::COOKIE => '0'];
        $this->withdrawal->handle($body);
        self::assertSame([], Relay::$forgotten);
    }

    public static function bodies(): array
    {
        $deep = str_repeat('[', 9);
        return [[''], ['{}'], ['null'], ['{"visitor":["x"]}'], ['{"visitor":"7"}'], ['{"visitor":' . $deep]];
    }

    public function testWithoutTheSignedCookieNothingIsTakenBack(): void
    {
        $_COOKIE = [Consent::COOKIE => '0', BuyerCookie::NAME => '71.9999999999.' . str_repeat('0', 64)];
        $this->withdrawal->handle('');
        self::assertSame([], Relay::$withdrawn);
    }
}
