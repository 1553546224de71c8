<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use Pinrelay\WooCommerce\Tests\Support\Site as Shop;

/** The WordPress site of these tests: what it answers, and what it was told. */
final class Site
{
    public static string $home = 'https://shop.example';
    public static string $locale = 'de_DE';
    public static int $user = 0;
    /** Whom the browser's cookies name, though REST takes nobody without a nonce for anybody. */
    public static int $signedIn = 0;
    /** @var list<string> of that user */
    public static array $capabilities = [];
    /** Whether somebody of the staff acts as that user. */
    public static bool $hasSwitched = false;
    /** @var list<string> of pages elsewhere that the shop lets in */
    public static array $origins = [];
    public static bool $ajax = false;
    public static bool $rest = false;
    public static bool $headersSent = false;
    /** @var array<string, callable> */
    public static array $filters = [];
    /** @var array<string, callable> */
    public static array $actions = [];
    /** @var array<string, array<string, mixed>> */
    public static array $cookies = [];

    /** A new site, and a visitor's plain request of one of its pages, slashed as WordPress slashes it. */
    public static function visit(string $uri = '/', array $server = [], array $cookies = []): void
    {
        [self::$home, self::$locale, self::$user] = ['https://shop.example', 'de_DE', 0];
        [Shop::$home, Shop::$network, Shop::$hooks] = [self::$home, null, []];
        [self::$capabilities, self::$signedIn, self::$origins] = [[], 0, []];
        self::$hasSwitched = false;
        [self::$ajax, self::$rest, self::$headersSent] = [false, false, false];
        [self::$filters, self::$actions, self::$cookies] = [[], [], []];
        $_SERVER = array_map('addslashes', $server + [
            'REMOTE_ADDR' => '203.0.113.9',
            'HTTP_USER_AGENT' => 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
            'REQUEST_URI' => $uri,
        ]);
        parse_str((string) parse_url($uri, PHP_URL_QUERY), $_GET);
        $_COOKIE = array_map('addslashes', $cookies);
    }
}
