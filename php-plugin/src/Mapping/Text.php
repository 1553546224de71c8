<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * Text as an event may hold it. Pure.
 */
final class Text
{
    /** In characters. The extension leaves a longer text out; a cut name still says more than none. */
    private const LONGEST = 500;

    /** Without control characters and space around it; '' for what is not UTF-8. */
    public static function plain(string $text): string
    {
        $text = (string) preg_replace('/\p{Cc}/u', ' ', $text);
        $text = (string) preg_replace('/^[\s\p{Z}]+/u', '', $text);
        preg_match('/^.{0,' . self::LONGEST . '}/su', $text, $cut);
        return (string) preg_replace('/[\s\p{Z}]+$/u', '', $cut[0] ?? '');
    }
}
