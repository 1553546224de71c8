<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Storefront\Place;

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
     * @param string                $state   Place::state()
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
     */
    public static function of(array $server, array $cookies, string $body): self
    {
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
            Place::state($server, $cookies),
        );
    }

    /**
     * Whether a page of this shop sent it. Newer browsers say so themselves, which no script of a page can change.
     *
     * @param list<string> $senders as Config has them, beside the name under which this request came in
     */
    public function isFromOwnPage(array $senders): bool
    {
        $site = $this->headers['HTTP_SEC_FETCH_SITE'] ?? '';
        $own = self::authority('//' . ($this->headers['HTTP_HOST'] ?? ''));
        return $site === ''
            ? $this->sender() !== '' && in_array($this->sender(), [$own, ...$senders], true)
            : $site === 'same-origin';
    }

    /** The page that says it sent this: its host, with the port where that is not the usual one. */
    public function sender(): string
    {
        return self::authority($this->origin !== '' ? $this->origin : $this->referrer);
    }

    /** @return string host or host:port in lower case, '' for what is no web address */
    public static function authority(string $url): string
    {
        $parts = parse_url($url);
        if (!is_array($parts) || !isset($parts['host'])) {
            return '';
        }
        $isUsual = in_array($parts['port'] ?? null, [null, 80, 443], true);
        return strtolower($parts['host']) . ($isUsual ? '' : ':' . $parts['port']);
    }

    private static function plain(string $text): string
    {
        return trim((string) preg_replace('/[\x00-\x1f\x7f]/', '', $text));
    }
}
