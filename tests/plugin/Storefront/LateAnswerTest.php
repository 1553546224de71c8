<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Collect\Rate;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Storefront\BotFilter;
use Pinrelay\WooCommerce\Storefront\BrowserReport;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Storefront\CartVisitor;
use Pinrelay\WooCommerce\Storefront\Claim;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Storefront\VisitorId;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Support\Site as Shop;

/** Who may still agree for an order whose buyer had not answered: the browser that placed it, and nobody else. */
final class LateAnswerTest extends TestCase
{
    private const BUYER = '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d';
    private const STRANGER = '0d1f2a3b-1111-4222-8333-944455566677';
    private const SETTINGS = ['consent' => Consent::FILTER];
    private const KEY = 'wc_order_7654321';

    private string $rateFile;
    private \WC_Session $session;

    protected function setUp(): void
    {
        Rig::reset();
        Site::visit();
        $this->rateFile = (string) tempnam(sys_get_temp_dir(), 'pinrelay-rate');
        $this->session = new \WC_Session('t_buyer');
    }

    protected function tearDown(): void
    {
        Site::visit();
        unlink($this->rateFile);
    }

    private function place(?bool $answer = null): void
    {
        $rig = new Rig(self::SETTINGS);
        WC()->session = $this->session;
        $_COOKIE = $answer === null ? [] : [Consent::COOKIE => $answer ? '1' : '0'];
        $made = new \DateTimeImmutable('@' . (time() - 60));
        $order = new \WC_Order(['order_key' => self::KEY, 'status' => 'pending', 'date_created' => $made]);
        do_action('woocommerce_checkout_order_processed', 71, [], $order);
        $order->data['status'] = 'processing';
        do_action('woocommerce_payment_complete', 71);
        self::assertSame('refused', $rig->row()->verdict);
    }

    /**
     * A page's claim, by way of REST: WooCommerce has loaded no session.
     *
     * @param array<string, mixed> $said
     * @return ?array{calls: list<array<mixed>>, report: list<string>, token: string}
     */
    private function claim(?\WC_Session $session, string $visitor, array $said = []): ?array
    {
        Site::$cookies = [];
        $_COOKIE = [Consent::COOKIE => '1', VisitorId::COOKIE => $visitor];
        $_SERVER['HTTP_ORIGIN'] = 'https://shop.example';
        $_SERVER['HTTP_SEC_FETCH_SITE'] = 'same-origin';
        [WC()->session, WC()->stored] = [null, $session];
        $rig = new Rig(self::SETTINGS);
        $settings = $rig->store->settings();
        $consent = new Consent($settings);
        $guard = new Guard(static fn (string $line) => self::fail($line));
        return (new Claim(
            $settings,
            $rig->relays,
            $rig->hooks,
            $rig->outbox,
            new Visitor(),
            new BuyerCookie($rig->state->secret(), $consent),
            new BrowserReport($rig->outbox, $rig->state->secret()),
            $consent,
            new BotFilter(static fn (): DropCount => $rig->relays->drops()),
            new Rate($this->rateFile, 'key'),
            $guard,
        ))->answer((string) json_encode($said + ['key' => self::KEY, 'ids' => [71]]));
    }

    private function assertUntold(): void
    {
        $row = (new Rig(self::SETTINGS))->row();
        self::assertSame(
            ['settled', 'refused', 'unanswered', [], ''],
            [$row->state, $row->verdict, $row->consent, $row->context, $row->buyer],
        );
        self::assertSame([], Relay::$captured);
        self::assertSame([], Site::$cookies, 'no cookie');
    }

    public function testTheBrowserThatPlacedItCountsAsItsBuyersOnBothHalves(): void
    {
        $this->place();
        $half = $this->claim($this->session, self::BUYER);
        self::assertSame(self::BUYER, Relay::$captured[0]['user']['external_id']);
        self::assertSame('203.0.113.9', Relay::$captured[0]['user']['ip']);
        self::assertNotNull($half);
        self::assertArrayHasKey('em', $half['calls'][0][1], 'the match keys');
        self::assertArrayHasKey(BuyerCookie::NAME, Site::$cookies);
        self::assertSame('granted', (new Rig(self::SETTINGS))->row()->consent);
    }

    /** @return array<string, array{?\WC_Session}> */
    public static function strangers(): array
    {
        return [
            'no session' => [null],
            'a session of his own' => [new \WC_Session('t_stranger')],
            'a copy of the session, by its token' => [
                new \WC_Session('t_copy', ['pinrelay_unanswered' => ['holder' => 't_buyer', 'orders' => [71 => true]]]),
            ],
            'a session with nonsense in it' => [
                new \WC_Session('t_odd', ['pinrelay_unanswered' => ['holder' => 't_odd', 'orders' => [71 => [1]]]]),
            ],
        ];
    }

    /** @dataProvider strangers */
    #[DataProvider('strangers')]
    public function testWhoeverElseHasTheKeyChangesNothing(?\WC_Session $session): void
    {
        $this->place();
        self::assertNull($this->claim($session, self::STRANGER));
        $this->assertUntold();
        self::assertNotNull($this->claim($this->session, self::BUYER), 'nor is the buyer kept from it');
    }

    /** @return array<string, array{array<string, mixed>, int}> what the claim says, seconds since the order */
    public static function refusals(): array
    {
        return [
            'a wrong key' => [['key' => self::KEY . 'x'], 0],
            'too late' => [[], 3601],
        ];
    }

    /**
     * @dataProvider refusals
     * @param array<string, mixed> $said
     */
    #[DataProvider('refusals')]
    public function testItDoesNotCount(array $said, int $seconds): void
    {
        $this->place();
        Shop::$database->query("UPDATE wp_pinrelay_orders SET updated_at = updated_at - {$seconds}");
        self::assertNull($this->claim($this->session, self::BUYER, $said));
        $this->assertUntold();
    }

    public function testAClaimAsksOnceForTheRowOfWhoHadAgreedBefore(): void
    {
        $rig = new Rig(self::SETTINGS);
        $rig->outbox->note(71, [], Consent::GRANTED, time());
        $order = new \WC_Order(['order_key' => self::KEY, 'status' => 'processing']);
        self::assertFalse($rig->hooks->agree($order));
        $asked = $GLOBALS['wpdb']->num_queries;
        self::assertSame(Consent::GRANTED, $rig->hooks->row(71)?->consent);
        self::assertSame($asked, $GLOBALS['wpdb']->num_queries);
    }

    public function testStaffAgreeForNobody(): void
    {
        $this->place();
        [Site::$signedIn, Site::$capabilities] = [3, ['edit_shop_orders']];
        self::assertNull($this->claim($this->session, self::BUYER));
        [Site::$signedIn, Site::$capabilities] = [0, []];
        $this->assertUntold();
    }

    public function testWhoHasRefusedIsNotAskedAgain(): void
    {
        $this->place(false);
        self::assertNull($this->claim($this->session, self::BUYER));
        self::assertSame([], Relay::$captured);
        self::assertSame('refused', (new Rig(self::SETTINGS))->row()->consent);
    }

    public function testACustomersSessionOutlivesRestThatDoesNotKnowHim(): void
    {
        $this->session = new \WC_Session('8', ['cart' => ['a mug']]);
        $this->place();
        Site::$signedIn = 8;
        self::assertNotNull($this->claim($this->session, self::BUYER));
        self::assertSame(['a mug'], $this->session->data['cart']);
        self::assertSame(0, Site::$user, 'REST goes on without him');
    }

    public function testOnlyTheLastOrdersAreRemembered(): void
    {
        $rig = new Rig(self::SETTINGS);
        WC()->session = $this->session;
        foreach (range(71, 79) as $id) {
            do_action('woocommerce_checkout_order_processed', $id, [], new \WC_Order(['id' => $id]));
        }
        self::assertSame('unanswered', $rig->row(79)->consent);
        $kept = $this->session->data['pinrelay_unanswered'];
        self::assertSame(['t_buyer', [79, 78, 77, 76, 75]], [$kept['holder'], array_keys($kept['orders'])]);
    }

    public function testWhoOnlyShowedThePageOfAnOrderGetsNoMatchKeys(): void
    {
        $rig = new Rig(self::SETTINGS);
        [WC()->session, $_COOKIE] = [$this->session, ['wp_woocommerce_session_' => 't_buyer|1|1|x']];
        $made = new \DateTimeImmutable('@' . (time() - 60));
        new \WC_Order(['order_key' => self::KEY, 'created_via' => 'funnel', 'date_created' => $made]);
        do_action('woocommerce_thankyou', 71);
        self::assertSame('unanswered', $rig->row()->consent);
        self::assertNull($this->claim(null, self::STRANGER));
        $this->assertUntold();
        $half = $this->claim($this->session, self::BUYER);
        self::assertSame(['track'], array_column($half['calls'] ?? [], 0), 'the bare call');
        self::assertSame([], Site::$cookies);
        self::assertCount(1, Relay::$captured);
    }

    /**
     * Another server places the order, with the token of the cart that this session is of.
     *
     * @param array<string, mixed> $settings
     */
    private function placeByServer(array $settings = []): Rig
    {
        $rig = new Rig($settings + self::SETTINGS);
        [WC()->session, $_COOKIE, $_SERVER['HTTP_CART_TOKEN']] = [$this->session, [], 'e.y.J'];
        $made = new \DateTimeImmutable('@' . (time() - 60));
        $order = new \WC_Order(['order_key' => self::KEY, 'created_via' => 'store-api', 'date_created' => $made]);
        do_action('woocommerce_store_api_checkout_order_processed', $order);
        do_action('woocommerce_payment_complete', 71);
        unset($_SERVER['HTTP_CART_TOKEN']);
        return $rig;
    }

    public function testAnOrderThatAServerPlacedIsStillOfWhoFilledTheCart(): void
    {
        $this->placeByServer();
        self::assertNull($this->claim(new \WC_Session('t_stranger'), self::STRANGER));
        $this->assertUntold();
        self::assertArrayHasKey('em', $this->claim($this->session, self::BUYER)['calls'][0][1] ?? []);
        self::assertSame(self::BUYER, Relay::$captured[0]['user']['external_id']);
        self::assertArrayHasKey(BuyerCookie::NAME, Site::$cookies);
    }

    public function testWhatItsVisitorsBrowserSaidOfAnOrderIsNotUndoneByAServer(): void
    {
        $rig = new Rig(self::SETTINGS);
        $rig->outbox->note(71, ['ip' => '203.0.113.9'], 'granted', time());
        $rig = $this->placeByServer();
        self::assertSame('granted', $rig->row()->consent);
        self::assertCount(1, Relay::$captured);
    }

    public function testTheNoOfWhoFilledTheCartHoldsForTheOrderOfAServerWhateverHoldsForOthers(): void
    {
        $rig = new Rig(self::SETTINGS);
        [WC()->session, $_COOKIE] = [$this->session, [Consent::COOKIE => '0']];
        $consent = new Consent($rig->store->settings());
        Listener::add(new CartVisitor(new Visitor(), $consent));
        do_action('woocommerce_add_to_cart');
        $rig = $this->placeByServer(['consent_default' => 'granted']);
        self::assertSame(['refused', 'refused'], [$rig->row()->verdict, $rig->row()->consent]);
        self::assertNull($this->claim($this->session, self::BUYER));
        self::assertSame([], Relay::$captured);
    }

    public function testOfAnOrderThatNoCheckoutToldOfNobodyIsTheBuyer(): void
    {
        $rig = new Rig(self::SETTINGS);
        WC()->session = $this->session;
        $made = new \DateTimeImmutable('@' . (time() - 60));
        new \WC_Order(['order_key' => self::KEY, 'date_created' => $made]);
        do_action('woocommerce_payment_complete', 71);
        self::assertSame(['refused', 'unanswered'], [$rig->row()->verdict, $rig->row()->consent]);
        self::assertNull($this->claim($this->session, self::BUYER));
        $this->assertUntold();
    }

    public function testARenewalThatIsNotToBeToldIsNobodysToAgreeTo(): void
    {
        $rig = new Rig(self::SETTINGS + ['order_sources' => ['subscription']]);
        new \WC_Order(['created_via' => 'subscription']);
        do_action('woocommerce_payment_complete', 71);
        self::assertSame(['refused', 'refused'], [$rig->row()?->verdict, $rig->row()?->consent]);
    }
}
