<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests;

use PHPUnit\Framework\TestCase;

/** The wiring runs inside WordPress only, where a class that it does not import stops the whole plugin. */
final class PluginTest extends TestCase
{
    public function testEveryClassThatThePluginIsPutTogetherFromIsImportedAndThere(): void
    {
        $source = (string) file_get_contents(__DIR__ . '/../../php-plugin/src/Plugin.php');
        preg_match_all('/^use ([\w\\\\]+)\\\\(\w+);$/m', $source, $uses, PREG_SET_ORDER);
        $imported = [];
        foreach ($uses as [, $space, $name]) {
            $imported[$name] = $space . '\\' . $name;
        }
        preg_match_all('/(?:new |(?<![\w\\\\$>:]))([A-Z]\w+)(?=\(|::)/', $source, $names);
        $named = array_diff(array_unique($names[1]), ['WP_CLI']);
        self::assertGreaterThan(30, count($named));
        foreach ($named as $name) {
            self::assertTrue(class_exists($imported[$name] ?? 'Pinrelay\\WooCommerce\\' . $name), $name);
        }
    }
}
