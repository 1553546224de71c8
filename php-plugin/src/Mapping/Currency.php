<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * How many decimals an amount of a currency has: the minor units of ISO 4217. Never the shop's setting, which is about
 * the shop's own currency and about how prices are shown: an order in dollars of a shop that sells in yen has cents.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class Currency
{
    private const USUAL = 2;

    private const MINOR_UNITS = [
        'BIF' => 0, 'CLP' => 0, 'DJF' => 0, 'GNF' => 0, 'ISK' => 0, 'JPY' => 0, 'KMF' => 0, 'KRW' => 0, 'PYG' => 0,
        'RWF' => 0, 'UGX' => 0, 'UYI' => 0, 'VND' => 0, 'VUV' => 0, 'XAF' => 0, 'XOF' => 0, 'XPF' => 0,
        'BHD' => 3, 'IQD' => 3, 'JOD' => 3, 'KWD' => 3, 'LYD' => 3, 'OMR' => 3, 'TND' => 3,
        'CLF' => 4, 'UYW' => 4,
    ];

    /** @param string $code of ISO 4217; one that is not listed there has two */
    public static function decimals(string $code): int
    {
        return self::MINOR_UNITS[strtoupper(trim($code))] ?? self::USUAL;
    }
}
