<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Site;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Site\Home;
use Pinrelay\WooCommerce\Site\HostName;
use Pinrelay\WooCommerce\Site\Hosts;
use Pinrelay\WooCommerce\Storefront\Cookie;
use Pinrelay\WooCommerce\Storefront\CookieNames;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class HostsTest extends TestCase
{
    protected function setUp(): void
    {
        Site::reset();
    }

    /** @dataProvider names */
    #[DataProvider('names')]
    public function testAHostHasOneForm(string $written, string $plain): void
    {
        self::assertSame($plain, HostName::plain($written));
    }

    /** @return list<array{string, string}> */
    public static function names(): array
    {
        return [
            ['https://Shop.Example/de/?a=b', 'shop.example'],
            ['shop.example', 'shop.example'],
            ['shop.example.', 'shop.example'],
            ['www.shop.example/', 'www.shop.example'],
            ['http://shop.example:80', 'shop.example'],
            ['https://shop.example:443/', 'shop.example'],
            ['//shop.example:8443/x', 'shop.example:8443'],
            ['https://xn--bcher-kva.example', 'xn--bcher-kva.example'],
            ['http://[2001:db8::1]:8080/', '[2001:db8::1]:8080'],
            ['', ''],
            ['null', 'null'],
            ['shop .example', ''],
            ['user@shop.example', ''],
            ['ftp://shop.example', ''],
            ['shop.example:port', ''],
        ];
    }

    public function testAnInternationalNameIsWhatBrowsersSend(): void
    {
        if (!function_exists('idn_to_ascii')) {
            self::markTestSkipped('not run: PHP has no intl here');
        }
        self::assertSame('xn--bcher-kva.example', HostName::plain('https://BÜCHER.example/'));
    }

    /** @dataProvider none */
    #[DataProvider('none')]
    public function testWhatIsNoWebAddressHasNoHost(string $url): void
    {
        self::assertSame('', HostName::of($url));
    }

    /** @return list<array{string}> */
    public static function none(): array
    {
        return [['null'], [''], ['shop.example'], ['javascript:alert(1)'], ['https:///a'], ['ftp://shop.example/']];
    }

    public function testTheListIsOfTheStoredAddressesAndOfAFilter(): void
    {
        add_filter('home_url', static fn (): string => 'https://de.shop.example/de');
        Site::$hooks['pinrelay_hosts'][10][] = static fn (array $names): array => [
            ...$names,
            'https://Checkout.shop.example/',
            7,
            'shop.example:443',
        ];
        self::assertSame(['checkout.shop.example', 'shop.example'], Hosts::all());
        self::assertTrue(Hosts::hold('https://SHOP.example:443/de/'));
        self::assertFalse(Hosts::hold('https://shop.example.evil.example/'));
        self::assertFalse(Hosts::hold('null'));
    }

    /**
     * @runInSeparateProcess
     * @preserveGlobalState disabled
     */
    #[\PHPUnit\Framework\Attributes\RunInSeparateProcess]
    #[\PHPUnit\Framework\Attributes\PreserveGlobalState(false)]
    public function testTheDomainsOfLanguagePluginsAreTheShops(): void
    {
        define('ICL_SITEPRESS_VERSION', '4.6');
        define('POLYLANG_VERSION', '3.6');
        eval('class TRP_Translate_Press {} function pll_languages_list(): array { return ["en", "es"]; }');
        update_option('icl_sitepress_settings', [
            'language_negotiation_type' => '2',
            'language_domains' => ['de' => 'shop.de', 'fr' => 'https://www.shop.fr'],
        ]);
        update_option('polylang', ['force_lang' => 3, 'domains' => ['it' => 'https://shop.it']]);
        update_option('trp_settings', ['trp-multiple-domains' => [
            'pl_PL' => ['enabled' => '1', 'domain' => 'https://shop.pl'],
            'cs_CZ' => ['enabled' => '', 'domain' => 'https://shop.cz'],
        ]]);
        self::assertSame(['shop.de', 'shop.example', 'shop.it', 'shop.pl', 'www.shop.fr'], Hosts::all());

        update_option('icl_sitepress_settings', ['language_negotiation_type' => 1, 'language_domains' => ['shop.de']]);
        update_option('polylang', ['force_lang' => 2, 'domains' => ['it' => 'https://shop.it']]);
        delete_option('trp_settings');
        self::assertSame(['en.shop.example', 'es.shop.example', 'shop.example'], Hosts::all());
    }

    /**
     * @runInSeparateProcess
     * @preserveGlobalState disabled
     */
    #[\PHPUnit\Framework\Attributes\RunInSeparateProcess]
    #[\PHPUnit\Framework\Attributes\PreserveGlobalState(false)]
    public function testEachSiteOfANetworkIsItselfWhateverWpHomeSays(): void
    {
        define('WP_HOME', 'https://net.example');
        self::assertSame('net.example', Home::address());
        [Site::$home, Site::$network] = [
            'https://net.example/outlet',
            ['blog_id' => 3, 'domain' => 'net.example', 'path' => '/outlet/'],
        ];
        self::assertSame('net.example/outlet', Home::address());
        self::assertSame(['/outlet/', '3_'], [Cookie::path(), Cookie::scope()]);
    }

    /** @dataProvider folders */
    #[DataProvider('folders')]
    public function testCookiesGoToTheStoredFolderAndAreKnownFromThoseOfAnotherShop(string $home, string $path): void
    {
        Site::$home = $home;
        self::assertSame($path, Cookie::path());
        self::assertSame($path === '/', Cookie::scope() === '');
    }

    /** @return list<array{string, string}> */
    public static function folders(): array
    {
        return [
            ['https://shop.example', '/'],
            ['https://shop.example/', '/'],
            ['https://shop.example/outlet', '/outlet/'],
            ['https://shop.example/a/b/', '/a/b/'],
        ];
    }

    public function testAShopSeesItsOwnCookiesAndThoseOfOthersThanUs(): void
    {
        $sent = ['pinrelay_vid' => 'root', 'pinrelay_3_vid' => 'three', 'pinrelay_31_vid' => 'other', '_epik' => 'c'];
        self::assertSame(['pinrelay_vid' => 'three', '_epik' => 'c'], CookieNames::own($sent, '3_'));
        self::assertSame('root', CookieNames::own($sent, '')['pinrelay_vid']);
        self::assertSame('pinrelay_3_e_0', CookieNames::of('pinrelay_e_0', '3_'));
        self::assertSame('_epik', CookieNames::of('_epik', '3_'));
    }

    public function testAnAddressIsTheSameUnderEachHost(): void
    {
        self::assertSame('/wp-json/x?a=b', Home::local('https://shop.example:8443/wp-json/x?a=b'));
        self::assertSame('/?rest_route=/x', Home::local('//shop.example/?rest_route=/x'));
        self::assertSame('/?rest_route=/x', Home::local('http://shop.example?rest_route=/x'));
    }
}
