<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;

/**
 * Classes are found by name when a request first needs them, so a forgotten import is seen by no compiler, and the
 * guard around everything keeps it from being seen in the shop.
 */
final class NamesTest extends TestCase
{
    /** @dataProvider files */
    #[DataProvider('files')]
    public function testEveryClassThatAFileNamesIsThere(string $file): void
    {
        $missing = [];
        foreach (self::named((string) file_get_contents($file)) as $class) {
            if (str_starts_with($class, 'Pinrelay\\WooCommerce\\') && !class_exists($class)) {
                $missing[] = $class;
            }
        }
        self::assertSame([], $missing);
    }

    public static function files(): array
    {
        $root = dirname(__DIR__, 2) . '/php-plugin';
        $all = array_merge(...array_map('glob', ["$root/*.php", "$root/src/*.php", "$root/src/*/*.php"]));
        return array_combine(
            array_map(static fn (string $file): string => substr($file, strlen($root) + 1), $all),
            array_map(static fn (string $file): array => [$file], $all),
        );
    }

    /** @return list<string> full names after `new` and before `::`, imported or of the file's own namespace */
    private static function named(string $code): array
    {
        preg_match('/^namespace ([\w\\\\]+);/m', $code, $space);
        preg_match_all('/^use ([\w\\\\]+);/m', $code, $uses);
        $imported = array_column(array_map(
            static fn (string $class): array => [substr((string) strrchr('\\' . $class, '\\'), 1), $class],
            $uses[1],
        ), 1, 0);
        // Without comments and texts, which name classes in their own way.
        $plain = '';
        foreach (token_get_all($code) as $token) {
            $isWords = is_array($token)
                && in_array($token[0], [T_COMMENT, T_DOC_COMMENT, T_CONSTANT_ENCAPSED_STRING, T_INLINE_HTML], true);
            $plain .= $isWords ? ' ' : (is_array($token) ? $token[1] : $token);
        }
        preg_match_all('/\bnew ([A-Z]\w*)\b|(?<![\\\\\w$])([A-Z]\w*)::/', $plain, $found);
        $names = array_filter(array_unique([...$found[1], ...$found[2]]));
        return array_values(array_map(
            static fn (string $name): string => $imported[$name] ?? ($space[1] ?? '') . '\\' . $name,
            $names,
        ));
    }
}
