<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Site\HostName;
use Pinrelay\WooCommerce\Storefront\CookieNames;
use Pinrelay\WooCommerce\Storefront\VisitorRegion;

/**
 * One request to the collecting endpoint, as it came: raw, and unslashed where WordPress has slashed it.
 */
final class Beacon
{
    /** A header of every answer of ours, by which a page's script tells it from one of a firewall or a login page. */
    public const OWN_ANSWER = 'X-Pinrelay';

    /** Bytes of a body. Longer ones are not read to their end. */
    public const MOST_BYTES = 8192;

    /**
     * @param array<string, string> $cookies
     * @param array<string, string> $headers by the names that PHP gives them (HTTP_*)
     * @param string                $state   VisitorRegion::state()
     */
    public function __construct(
        public readonly string $method,
        public readonly string $origin,
        public readonly string $referrer,
        public readonly string $ip,
        public readonly string $userAgent,
        public readonly array $cookies,
        public readonly string $body,
        public readonly array $headers = [],
        public readonly string $state = '',
    ) {
    }

    /**
     * @param array<mixed> $server  $_SERVER
     * @param array<mixed> $cookies $_COOKIE
     * @param string       $scope   Cookie::scope() of this shop
     */
    public static function of(array $server, array $cookies, string $body, string $scope): self
    {
        $cookies = CookieNames::own($cookies, $scope);
        $text = static fn (string $key): string => is_string($server[$key] ?? null) ? $server[$key] : '';
        return new self(
            $text('REQUEST_METHOD'),
            $text('HTTP_ORIGIN'),
            $text('HTTP_REFERER'),
            $text('REMOTE_ADDR'),
            self::plain($text('HTTP_USER_AGENT')),
            array_map(self::plain(...), array_filter($cookies, 'is_string')),
            $body,
            array_filter(
                $server,
                static fn (mixed $value, int|string $name): bool => is_string($value)
                    && str_starts_with((string) $name, 'HTTP_'),
                ARRAY_FILTER_USE_BOTH,
            ),
            VisitorRegion::state($server, $cookies),
        );
    }

    /**
     * Whether a page of this shop sent it. Newer browsers say so themselves, which no script of a page can change.
     *
     * @param list<string> $hosts Hosts::all()
     */
    public function isFromOwnPage(array $hosts): bool
    {
        return in_array($this->headers['HTTP_SEC_FETCH_SITE'] ?? '', ['', 'same-origin'], true)
            && in_array($this->sender(), $hosts, true);
    }

    /** The host of the page that says it sent this. */
    public function sender(): string
    {
        return HostName::of($this->origin !== '' ? $this->origin : $this->referrer);
    }

    private static function plain(string $text): string
    {
        return trim((string) preg_replace('/[\x00-\x1f\x7f]/', '', $text));
    }
}
