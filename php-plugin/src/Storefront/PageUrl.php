<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Site\HostName;

/**
 * The address of a page as it may leave the shop. Query parameters pass by name or not at all: order keys, password
 * reset keys, nonces and e-mail addresses travel in query strings, and a list of what to remove is never complete.
 *
 * Pure: no WordPress, no globals.
 */
final class PageUrl
{
    /**
     * Where the visit came from and which page it is (the latter for shops without pretty permalinks). No search
     * terms: visitors type names and numbers into search fields.
     */
    public const PARAMETERS = [
        'epik', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'utm_id',
        'p', 'page_id', 'product', 'product_cat', 'product_tag', 'post_type', 'cat', 'tag', 'paged', 'lang',
    ];

    /**
     * @param string $site an address of the shop's; gives scheme, host and port, of a host that the shop answers to
     * @param string $requested path and query as requested, or a full address
     * @param list<string> $parameters names of the query parameters that may stay
     */
    public static function clean(string $site, string $requested, array $parameters = self::PARAMETERS): string
    {
        $host = HostName::of($site);
        if ($host === '') {
            return '';
        }
        $origin = strtolower((string) parse_url($site, PHP_URL_SCHEME)) . '://' . $host;
        // Cut by hand where parse_url() would take "//evil" for a host and give up on "/a:80".
        $local = (string) preg_replace('#^https?://[^/?\#]*#i', '', $requested);
        [$path, $query] = explode('?', explode('#', $local, 2)[0], 2) + [1 => ''];
        $path = '/' . ltrim((string) preg_replace('/[^\x21-\x7e]/', '', $path), '/');

        parse_str($query, $given);
        $kept = array_filter(
            array_intersect_key($given, array_flip($parameters)),
            static fn (mixed $value): bool => is_string($value) && $value !== '' && !self::namesSomebody($value),
        );
        return $origin
            . (self::namesSomebody($path) ? '/' : $path)
            . ($kept === [] ? '' : '?' . http_build_query($kept, '', '&', PHP_QUERY_RFC3986));
    }

    /** An e-mail address, however often it is encoded. */
    private static function namesSomebody(string $text): bool
    {
        return preg_match('/@|%(25)*40/i', $text) === 1;
    }
}
