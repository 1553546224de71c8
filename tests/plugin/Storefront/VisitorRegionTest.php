<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Storefront\VisitorRegion;

final class VisitorRegionTest extends TestCase
{
    /** @return array<string, array{array<string, mixed>, array<string, mixed>, string}> $_SERVER, $_COOKIE, the state */
    public static function visitors(): array
    {
        $cloudflare = static fn (string $country, mixed $state): array => [
            'HTTP_CF_IPCOUNTRY' => $country, 'HTTP_CF_REGION_CODE' => $state,
        ];
        return [
            'nobody knows' => [[], [], ''],
            'Cloudflare' => [$cloudflare('US', 'CA'), [], 'CA'],
            'CloudFront' => [[
                'HTTP_CLOUDFRONT_VIEWER_COUNTRY' => 'US', 'HTTP_CLOUDFRONT_VIEWER_COUNTRY_REGION' => 'CO',
            ], [], 'CO'],
            'a module of Apache' => [['MM_COUNTRY_CODE' => 'US', 'MM_REGION_CODE' => 'UT'], [], 'UT'],
            'a module of nginx' => [['GEOIP_COUNTRY_CODE' => 'US', 'GEOIP_REGION' => 'VA'], [], 'VA'],
            'the same letters in another country' => [$cloudflare('IT', 'CA'), [], ''],
            'a country without a state' => [['HTTP_CF_IPCOUNTRY' => 'US'], [], ''],
            'neither a code nor a name' => [$cloudflare('US', 'C4'), [], ''],
            'a code with its country' => [$cloudflare('US', 'US-CA'), [], 'CA'],
            'small letters' => [$cloudflare('US', 'ca'), [], 'CA'],
            'a name' => [$cloudflare('US', 'California'), [], 'CA'],
            'a list' => [$cloudflare('US', ['CA']), [], ''],
            'the cookie comes first' => [$cloudflare('US', 'TX'), [VisitorRegion::COOKIE => 'CA'], 'CA'],
            'also when it says no' => [$cloudflare('US', 'CA'), [VisitorRegion::COOKIE => VisitorRegion::NONE], ''],
            'a cookie that is a list' => [$cloudflare('US', 'CA'), [VisitorRegion::COOKIE => ['TX']], 'CA'],
        ];
    }

    /** @dataProvider visitors */
    #[DataProvider('visitors')]
    public function testTheStateIsWhatTheBrowserOrTheEdgeSays(array $server, array $cookies, string $state): void
    {
        self::assertSame($state, VisitorRegion::state($server, $cookies));
    }

    /** @return array<string, array{array<string, string>, ?string}> what is known of the person, the cookie */
    public static function people(): array
    {
        return [
            'of a US state' => [['country' => 'US', 'state' => 'CA'], 'CA'],
            'of another country' => [['country' => 'DE', 'state' => 'BY'], VisitorRegion::NONE],
            'of no known state' => [['country' => 'US', 'state' => ''], VisitorRegion::NONE],
            'of no known country' => [['state' => 'CA'], null],
        ];
    }

    /** @dataProvider people */
    #[DataProvider('people')]
    public function testAnAddressIsKeptForPagesThatDoNotKnowHim(array $person, ?string $value): void
    {
        Site::visit();
        VisitorRegion::keep($person);
        self::assertSame($value, Site::$cookies[VisitorRegion::COOKIE]['value'] ?? null);
        Site::$cookies = [];
        VisitorRegion::keep($person);
        self::assertSame([], Site::$cookies, 'said once');
        $_COOKIE = [];
    }
}
