<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use Pinrelay\WooCommerce\Mapping\AddToCartEvent;
use Pinrelay\WooCommerce\Mapping\OrderEvent;
use Pinrelay\WooCommerce\Settings\Settings;

/** The recorded orders and products (fixtures/record.php), and the events the mapping makes of them. */
final class Fixtures
{
    public const EVENT_ID = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
    public const EVENT_TIME = 1795000000;
    public const CONTEXT = [
        'ip' => '203.0.113.9',
        'user_agent' => 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
        'click_id' => 'dj0yJnU9b2JDcF',
        'external_id' => '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d',
        'url' => 'https://shop.example/checkout/',
        'language' => 'de',
    ];

    /** @return list<string> */
    public static function names(string $kind = ''): array
    {
        return array_map(
            static fn (string $file): string => basename($file, '.json'),
            (array) glob(self::dir() . "/$kind*.json"),
        );
    }

    /** @return array<string, mixed> */
    public static function facts(string $name): array
    {
        return self::read(self::dir() . "/$name.json")['facts'];
    }

    /** @return array<string, mixed> */
    public static function expected(string $name): array
    {
        return self::read(self::dir() . "/expected/$name.json");
    }

    /** @return array<string, mixed> */
    public static function event(string $name, ?Settings $settings = null, array $context = self::CONTEXT): array
    {
        $map = str_starts_with($name, 'order-') ? OrderEvent::map(...) : AddToCartEvent::map(...);
        return $map(self::facts($name), $context, self::EVENT_ID, self::EVENT_TIME, $settings ?? new Settings());
    }

    public static function json(mixed $value): string
    {
        $flags = JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;
        $halve = static fn (array $indent): string => str_repeat(' ', intdiv(strlen($indent[0]), 2));
        return preg_replace_callback('/^ +/m', $halve, json_encode($value, $flags)) . "\n";
    }

    /** @return array<string, mixed> */
    private static function read(string $file): array
    {
        return json_decode((string) file_get_contents($file), true, 16, JSON_THROW_ON_ERROR);
    }

    private static function dir(): string
    {
        return dirname(__DIR__) . '/fixtures';
    }
}
