<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Which address a visitor comes from, where proxies stand between him and the shop.
 *
 * A header is the caller's own word until a proxy that the owner trusts has written it, so none is read that he did not
 * name. Cloudflare is the exception: its addresses are known, and what it says in CF-Connecting-IP is true when the
 * connection comes from one of them. WooCommerce believes anybody's X-Forwarded-For; the address it stores with an
 * order is therefore not used.
 *
 * Pure: no WordPress, no globals.
 */
final class ClientAddress
{
    private const CLOUDFLARES_HEADER = 'CF-CONNECTING-IP';

    /** Cloudflare's published address ranges. */
    private const CLOUDFLARE = [
        '173.245.48.0/20', '103.21.244.0/22', '103.22.200.0/22', '103.31.4.0/22', '141.101.64.0/18',
        '108.162.192.0/18', '190.93.240.0/20', '188.114.96.0/20', '197.234.240.0/22', '198.41.128.0/17',
        '162.158.0.0/15', '104.16.0.0/13', '104.24.0.0/14', '172.64.0.0/13', '131.0.72.0/22',
        '2400:cb00::/32', '2606:4700::/32', '2803:f800::/32', '2405:b500::/32', '2405:8100::/32', '2a06:98c0::/29',
        '2c0f:f248::/32',
    ];

    /**
     * Headers in which proxies name the visitor, the most telling first. Those of one network come before the two that
     * every proxy adds to.
     */
    private const USUAL = [
        'CF-Connecting-IP', 'True-Client-IP', 'Fastly-Client-IP', 'X-Azure-ClientIP', 'CloudFront-Viewer-Address',
        'DO-Connecting-IP', 'Fly-Client-IP', 'X-Sucuri-ClientIP', 'Incap-Client-IP', 'X-Cluster-Client-IP',
        'X-Real-IP', 'X-Client-IP', 'X-Forwarded-For', 'Forwarded',
    ];

    /**
     * @param array<mixed> $server REMOTE_ADDR and HTTP_*, unslashed
     * @param list<string> $trusted header names, the one to look at first first
     * @return string a public address in its plain form, '' when it cannot be known
     */
    public static function of(array $server, array $trusted): string
    {
        $text = static fn (string $key): string => is_string($server[$key] ?? null) ? trim($server[$key]) : '';
        $header = static fn (string $name): string => $text('HTTP_' . strtr(strtoupper($name), '-', '_'));
        $peer = $text('REMOTE_ADDR');
        $visible = IpAddress::visible($peer);

        if ($visible !== '' && self::isCloudflares($visible)) {
            return IpAddress::visible($header(self::CLOUDFLARES_HEADER));
        }
        foreach ($trusted as $name) {
            // From a public address that is not Cloudflare's, this header is somebody's own invention.
            if (strtoupper($name) === self::CLOUDFLARES_HEADER && $visible !== '') {
                continue;
            }
            $said = self::nearest($header($name));
            if ($said !== '') {
                return $said;
            }
        }
        return $visible;
    }

    /**
     * Headers of this request that carry a public address: in one of them a proxy may have named the visitor. Named for
     * the owner to choose from, and never believed unasked.
     *
     * @param array<mixed> $server HTTP_*, unslashed
     * @return list<string>
     */
    public static function carrying(array $server): array
    {
        return array_values(array_filter(self::USUAL, static function (string $name) use ($server): bool {
            $value = $server['HTTP_' . strtr(strtoupper($name), '-', '_')] ?? '';
            return is_string($value) && self::nearest($value) !== '';
        }));
    }

    /**
     * Each proxy adds whom it saw at the end, so the last public address that is not Cloudflare's is the visitor as the
     * nearest proxy saw him; whatever stands before it may be made up.
     */
    private static function nearest(string $list): string
    {
        foreach (array_reverse(explode(',', $list)) as $entry) {
            $address = IpAddress::visible(self::bare($entry));
            if ($address !== '' && !self::isCloudflares($address)) {
                return $address;
            }
        }
        return '';
    }

    /** Without quotes, brackets, port, and the `for=` of RFC 7239. */
    private static function bare(string $entry): string
    {
        $entry = trim($entry);
        if (preg_match('/(?:^|;)\s*for=("?)([^";]+)\1/i', $entry, $part) === 1) {
            $entry = $part[2];
        }
        if (preg_match('/^\[([^\]]+)\](?::\d+)?$/', $entry, $part) === 1) {
            return $part[1];
        }
        return (string) preg_replace('/^([\d.]+):\d+$/', '$1', $entry);
    }

    private static function isCloudflares(string $address): bool
    {
        $bytes = (string) inet_pton($address);
        foreach (self::CLOUDFLARE as $range) {
            [$network, $bits] = explode('/', $range);
            $first = (string) inet_pton($network);
            $isOfKind = strlen($first) === strlen($bytes);
            if ($isOfKind && self::prefix($first, (int) $bits) === self::prefix($bytes, (int) $bits)) {
                return true;
            }
        }
        return false;
    }

    /** The first bits of an address, the others zero. */
    private static function prefix(string $bytes, int $bits): string
    {
        $whole = intdiv($bits, 8);
        $rest = $bits % 8;
        return substr($bytes, 0, $whole)
            . ($rest === 0 ? '' : chr(ord($bytes[$whole]) & (0xFF << (8 - $rest)) & 0xFF));
    }
}
