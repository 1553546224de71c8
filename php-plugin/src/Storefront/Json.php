<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * JSON that cannot end the <script> element it is printed in, whatever a product is called. Pure.
 */
final class Json
{
    public static function inScript(mixed $value): string
    {
        return json_encode(
            $value,
            JSON_HEX_TAG | JSON_HEX_AMP | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR,
        );
    }
}
