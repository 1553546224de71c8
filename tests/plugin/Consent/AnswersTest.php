<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Consent;

use PHPUnit\Framework\Attributes\PreserveGlobalState;
use PHPUnit\Framework\Attributes\RunTestsInSeparateProcesses;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Consent\Answers;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Storefront\Site as Visit;

/**
 * A shop whose banner is not heard falls silent, and its owner learns of it. With the functions of the WP Consent API,
 * which no other test may meet.
 *
 * @runTestsInSeparateProcesses
 * @preserveGlobalState disabled
 */
#[PreserveGlobalState(false)]
#[RunTestsInSeparateProcesses]
final class AnswersTest extends TestCase
{
    private Settings $settings;

    protected function setUp(): void
    {
        Rig::reset();
        Visit::visit();
        require_once dirname(__DIR__, 2) . '/support/consent/wp-consent-api/wp-consent-api.php';
        $this->ask(Consent::WP_CONSENT_API);
    }

    private function ask(string $mode): void
    {
        $this->settings = new Settings(enabled: true, tagId: '26', consent: $mode);
    }

    private function trouble(): ?string
    {
        $_COOKIE = [];
        return Answers::problem($this->settings);
    }

    /** @param array<string, string> $cookies of the visitor who places these orders, each of them twice */
    private function buy(int $count, array $cookies, int $first = 71): void
    {
        $_COOKIE = $cookies;
        \Pinrelay\WooCommerce\Tests\Support\Site::$hooks['woocommerce_checkout_order_processed'] = [];
        Listener::add(new Answers($this->settings, new Consent($this->settings)));
        for ($id = $first; $id < $first + $count; $id++) {
            $order = new \WC_Order(['id' => $id]);
            do_action('woocommerce_checkout_order_processed', $id, [], $order);
            do_action('woocommerce_checkout_order_processed', $id, [], $order);
        }
    }

    public function testAShopWhoseBannerNeverToldATypeIsWarnedUntilOneIsHeard(): void
    {
        self::assertSame(Answers::NO_TYPE, $this->trouble());
        $this->buy(1, []);
        self::assertSame(Answers::NO_TYPE, $this->trouble());
        $this->buy(1, ['wp_consent_marketing' => 'deny'], 72);
        self::assertNull($this->trouble());
    }

    public function testTheOwnersOwnBrowserAndTheServerKnowABanner(): void
    {
        $_COOKIE = ['pinrelay_consent_type' => 'optout'];
        self::assertNull(Answers::problem($this->settings));
        add_filter('wp_get_consent_type', static fn (): string => 'optin');
        self::assertNull($this->trouble());
    }

    public function testTenOrdersInARowWithoutAnAllowAreAWarningAndOneAllowEndsIt(): void
    {
        add_filter('wp_get_consent_type', static fn (): string => 'optin');
        $this->buy(9, ['wp_consent_marketing' => 'deny']);
        self::assertNull($this->trouble());
        $this->buy(1, [], 80);
        self::assertSame(Answers::NO_ALLOW, $this->trouble());
        $this->buy(5, [], 81);
        self::assertCount(Answers::MANY, get_option(Answers::OPTION)['without'], 'no growth');
        $this->buy(1, ['wp_consent_marketing' => 'allow'], 90);
        self::assertNull($this->trouble());
    }

    public function testAShopWithCodeOfItsOwnIsWarnedAfterTenOrders(): void
    {
        $this->ask(Consent::FILTER);
        self::assertNull($this->trouble());
        $this->buy(10, []);
        self::assertSame(Answers::NO_ALLOW, $this->trouble());
    }

    public function testAShopThatAsksNobodyIsNotWarned(): void
    {
        $this->ask(Consent::OFF);
        $this->buy(11, []);
        self::assertNull($this->trouble());
        self::assertFalse(get_option(Answers::OPTION));
    }
}
