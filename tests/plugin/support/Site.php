<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Support;

use Pinrelay\WooCommerce\Orders\OutboxTable;

/** The state behind the WordPress functions of this folder: one site, made new for each test. */
final class Site
{
    public static Database $database;
    public static string $home = 'https://shop.example';
    /** @var ?array{blog_id: int, domain: string, path: string} this site of a network, null where there is none */
    public static ?array $network = null;
    /** @var array<string, array<int, list<\Closure>>> callbacks by hook and priority */
    public static array $hooks = [];
    /** Whether options cannot be written, and how often one was to be. */
    public static bool $isReadOnly = false;
    public static int $refused = 0;
    public static bool $isAdmin = false;
    public static bool $isAjax = false;
    /** @var list<string> hooks that fire at the moment, the innermost last */
    public static array $current = [];
    /** @var array<string, int> how often a hook has fired */
    public static array $fired = [];
    public static ?\WooCommerce $woocommerce = null;
    /** @var array<int, \WC_Order> */
    public static array $orders = [];
    /** @var list<string> */
    public static array $log = [];
    /** @var array<string, string> interval by scheduled job */
    public static array $cron = [];
    /** What the shop shows its prices with. */
    public static int $decimals = 2;
    /** @var list<array<string, mixed>> what wc_get_orders() was asked */
    public static array $queries = [];

    public static function reset(): void
    {
        self::$database = new Database();
        [self::$home, self::$network] = ['https://shop.example', null];
        [self::$hooks, self::$current, self::$fired] = [[], [], []];
        self::$orders = [];
        self::$woocommerce = null;
        self::$log = [];
        self::$queries = [];
        self::$cron = [];
        self::$decimals = 2;
        $GLOBALS['wpdb'] = self::$database;
        (new OutboxTable(self::$database))->create();
    }

    /** Hooks a callback that notes its arguments and gives them back by reference. */
    public static function listen(string $hook, array &$heard): void
    {
        self::$hooks[$hook][10][] = static function (mixed ...$arguments) use (&$heard): void {
            $heard[] = $arguments;
        };
    }
}
