<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Which addresses can be a visitor's: those of the public internet. A private one is a proxy's or a test's, and the
 * same for everybody, so as a match key it would join strangers.
 *
 * Pure: no WordPress, no globals.
 */
final class IpAddress
{
    /** The address in its plain form, '' for what is no public address. */
    public static function visible(string $address): string
    {
        // How a socket that listens on IPv6 names an IPv4 caller.
        $address = (string) preg_replace('/^::ffff:(?=[\d.]+$)/i', '', trim($address));
        $flags = FILTER_FLAG_NO_PRIV_RANGE | FILTER_FLAG_NO_RES_RANGE;
        $valid = filter_var($address, FILTER_VALIDATE_IP, $flags);
        return is_string($valid) && !self::isCarriersOwn($valid) ? $valid : '';
    }

    /** 100.64.0.0/10: between a carrier and its customers (RFC 6598), which PHP's flags do not know. */
    private static function isCarriersOwn(string $address): bool
    {
        $number = ip2long($address);
        return $number !== false && ($number & 0xFFC00000) === 0x64400000;
    }
}
