<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Storefront\BotFilter;
use Pinrelay\WooCommerce\Storefront\Bots;

final class BotsTest extends TestCase
{
    private const KIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

    /** @return array<string, array{string}> */
    public static function programs(): array
    {
        return array_map(static fn (string $agent): array => [$agent], [
            'Pinterest\'s crawler' => 'Mozilla/5.0 (compatible; Pinterestbot/1.0; +https://www.pinterest.com/bot.html)',
            'Google' => 'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) ' . self::KIT
                . ' Chrome/126.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
            'Bing' => 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
            'Applebot' => 'Mozilla/5.0 (Macintosh) ' . self::KIT . ' (Applebot/0.1)',
            'Baidu' => 'Mozilla/5.0 (compatible; Baiduspider/2.0)',
            'Yahoo' => 'Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/)',
            'Facebook' => 'facebookexternalhit/1.1',
            'a headless browser' => 'Mozilla/5.0 (X11; Linux x86_64) ' . self::KIT . ' HeadlessChrome/126.0.0.0 Safari',
            'Lighthouse' => 'Mozilla/5.0 (Macintosh) ' . self::KIT . ' Chrome/126 Safari/537.36 Chrome-Lighthouse',
            'curl' => 'curl/8.5.0',
            'Python' => 'python-requests/2.31.0',
            'Go' => 'Go-http-client/1.1',
            'WordPress' => 'WordPress/6.8; https://other.example',
            'nothing' => '',
            'spaces' => '  ',
        ]);
    }

    /** @dataProvider programs */
    #[DataProvider('programs')]
    public function testAProgramIsABot(string $agent): void
    {
        self::assertTrue(Bots::isBot($agent));
    }

    /** @return array<string, array{string}> */
    public static function browsers(): array
    {
        return array_map(static fn (string $agent): array => [$agent], [
            'Pinterest on an iPhone' => 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 '
                . '(KHTML, like Gecko) Mobile/22B83 [Pinterest/iOS]',
            'Pinterest on Android' => 'Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) ' . self::KIT
                . ' Version/4.0 Chrome/126.0 Mobile Safari/537.36 [Pinterest/Android]',
            'Chrome' => 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) ' . self::KIT . ' Chrome/131.0.0.0 Safari/537.36',
            'Safari' => 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605',
            'Firefox' => 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0',
            'a CUBOT phone' => 'Mozilla/5.0 (Linux; Android 9; CUBOT X19) ' . self::KIT . ' Chrome/126 Mobile Safari',
            'Instagram' => 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5) Mobile/15E148 Instagram 334.0.4.32.98',
        ]);
    }

    /** @dataProvider browsers */
    #[DataProvider('browsers')]
    public function testAVisitorsBrowserIsNone(string $agent): void
    {
        self::assertFalse(Bots::isBot($agent));
    }

    public function testDroppedBotsAreCountedAndTheFilterHasTheLastWord(): void
    {
        Site::visit();
        $dir = sys_get_temp_dir() . '/pinrelay-bots-' . getmypid();
        mkdir($dir);
        $drops = new DropCount($dir, 'shop.example');
        $filter = new BotFilter(static fn (): DropCount => $drops);
        self::assertTrue($filter->drops('curl/8.5.0'));
        self::assertTrue($filter->drops('Googlebot/2.1'));
        self::assertFalse($filter->drops('Mozilla/5.0 Firefox/132.0'));
        self::assertSame(2, $drops->read()['bot']['count']);
        self::assertCount(2, $drops->read()['bot']['by'], 'each by its name');
        Site::$filters['pinrelay_is_bot'] = static fn (bool $isBot, string $agent): bool => !$isBot;
        self::assertFalse($filter->drops('curl/8.5.0'));
        self::assertTrue($filter->drops('Mozilla/5.0 Firefox/132.0'));
        self::assertSame(3, $drops->read()['bot']['count']);
        self::assertSame(1, $drops->read()['bot']['by']['by filter']);
        array_map('unlink', (array) glob($dir . '/*'));
        rmdir($dir);
        Site::$filters = [];
        $nowhere = new BotFilter(static fn (): DropCount => new DropCount(null, ''));
        self::assertTrue($nowhere->drops(''), 'without a place to count');
    }
}
