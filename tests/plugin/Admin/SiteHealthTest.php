<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Admin;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Admin\SiteHealth;
use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Storefront\AddressWatch;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Storefront\Site as Visit;

final class SiteHealthTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
        Visit::visit();
    }

    protected function tearDown(): void
    {
        Visit::visit();
    }

    /** @param array<string, mixed> $settings */
    private static function health(array $settings = [], ?DropCount $drops = null): SiteHealth
    {
        $settings = new Settings(...$settings + ['enabled' => true, 'tagId' => '26']);
        return new SiteHealth($settings, $drops ?? new DropCount(null, ''));
    }

    public function testAShopThatSeesItsVisitorsIsWell(): void
    {
        self::assertSame('good', self::health()->address()['status']);
    }

    public function testAProxyThatNobodyToldOfIsNamedByItsHeader(): void
    {
        Visit::visit(server: ['REMOTE_ADDR' => '10.0.0.1', 'HTTP_X_REAL_IP' => '198.51.100.7']);
        $result = self::health()->address();
        self::assertSame('recommended', $result['status']);
        self::assertStringContainsString('X-Real-IP', $result['description']);
        self::assertSame('good', self::health(['trustedHeaders' => ['X-Real-IP']])->address()['status']);
    }

    public function testVisitsThatAreDroppedForAProxysAddressAreCritical(): void
    {
        $dir = sys_get_temp_dir() . '/pinrelay-health-' . getmypid();
        mkdir($dir);
        $drops = new DropCount($dir, 'shop.example');
        $drops->add(DropCount::PRIVATE_ADDRESS, 'CF-Connecting-IP');
        $result = self::health(drops: $drops)->address();
        self::assertSame('critical', $result['status']);
        self::assertStringContainsString('CF-Connecting-IP', $result['description']);
        $drops->passed(time());
        self::assertSame('recommended', self::health(drops: $drops)->address()['status'], 'some are seen');
        array_map('unlink', (array) glob($dir . '/*'));
        rmdir($dir);
    }

    public function testBuyersWhoAllShareOneAddressAreAWarning(): void
    {
        update_option(AddressWatch::OPTION, ['address' => 'a', 'browsers' => ['1', '2', '3', '4', '5']]);
        self::assertSame('recommended', self::health()->address()['status']);
    }

    public function testABannersPluginThatIsGoneIsCritical(): void
    {
        self::assertSame('critical', self::health(['consent' => Consent::WP_CONSENT_API])->consent()['status']);
        self::assertSame('good', self::health(['consent' => Consent::FILTER])->consent()['status']);
    }

    public function testASecondTagIsNamed(): void
    {
        update_option(SecondTag::OPTION, ['2619999999999']);
        $result = self::health()->secondTag();
        self::assertSame('recommended', $result['status']);
        self::assertStringContainsString('2619999999999', $result['description']);
    }

    public function testAShopThatIsSwitchedOffIsNotExamined(): void
    {
        Listener::add(self::health(['enabled' => false]));
        self::assertSame([], apply_filters('site_status_tests', []));
    }
}
