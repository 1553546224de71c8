<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Site;

/**
 * The one form in which hosts are compared: lower case, ASCII (an international name as browsers send it), with the
 * port where that is not the usual one, without a dot at the end. `www.` is part of a name. Pure.
 */
final class HostName
{
    /** @return string host or host:port of a web address, '' for what is none */
    public static function of(string $url): string
    {
        $parts = preg_match('~^https?://~i', $url) === 1 ? parse_url($url) : false;
        return is_array($parts) && isset($parts['host'])
            ? self::plain($parts['host'] . (isset($parts['port']) ? ':' . $parts['port'] : ''))
            : '';
    }

    /** @param string $name as a person, a setting or a Host header writes it: host, host:port or a whole web address */
    public static function plain(string $name): string
    {
        $name = trim($name);
        if (str_contains($name, '://')) {
            return self::of($name);
        }
        $name = explode('/', ltrim($name, '/'), 2)[0];
        if (preg_match('/^(\[[0-9a-fA-F:.]+\]|[^\s:\[\]@?#\\\\]+)(?::([0-9]{1,5}))?$/D', $name, $part) !== 1) {
            return '';
        }
        $host = rtrim(self::ascii($part[1]), '.');
        $port = (int) ($part[2] ?? 0);
        return $host . ($host === '' || in_array($port, [0, 80, 443], true) ? '' : ':' . $port);
    }

    /** Where PHP has no intl, WordPress has an encoder of its own; outside WordPress browsers send ASCII anyway. */
    private static function ascii(string $host): string
    {
        if (preg_match('/[^\x00-\x7f]/', $host) !== 1) {
            return strtolower($host);
        }
        $lower = function_exists('mb_strtolower') ? mb_strtolower($host, 'UTF-8') : strtolower($host);
        if (function_exists('idn_to_ascii')) {
            return (string) (idn_to_ascii($lower, IDNA_DEFAULT, INTL_IDNA_VARIANT_UTS46) ?: $lower);
        }
        try {
            return class_exists(\WpOrg\Requests\IdnaEncoder::class)
                ? \WpOrg\Requests\IdnaEncoder::encode($lower)
                : $lower;
        } catch (\Exception) {
            return $lower;
        }
    }
}
