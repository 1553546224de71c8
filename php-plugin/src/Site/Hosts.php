<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Site;

/**
 * The hosts that this shop answers to, as HostName writes them: the one list by which every origin is judged.
 *
 * It is the same in each request, whatever host or language was asked for: from the settings as they are stored, and
 * from where language plugins keep a domain for each language. Those have loaded their options themselves, so asking
 * for them costs no query. A language that is a site of its own in a network (MultilingualPress) needs none of it.
 */
final class Hosts
{
    /** @return list<string> */
    public static function all(): array
    {
        $names = [
            Home::raw(),
            Home::rawSite(),
            is_multisite() ? (string) get_site()?->domain : '',
            ...self::ofWpml(),
            ...self::ofPolylang(),
            ...self::ofTranslatePress(),
        ];
        /**
         * The hosts that the shop's pages may have, for a plugin, proxy or service that serves them under others.
         *
         * Must answer the same in every request: what it gives is kept for collect.php, which knows no WordPress.
         *
         * @param list<string> $names host, host:port or web address
         */
        $filtered = apply_filters('pinrelay_hosts', $names);
        $hosts = array_map(
            static fn (mixed $name): string => is_string($name) ? HostName::plain($name) : '',
            is_array($filtered) ? array_values($filtered) : $names,
        );
        $hosts = array_values(array_unique(array_filter($hosts)));
        sort($hosts);
        return $hosts;
    }

    /** @param string $url a page's whole address, or an Origin header */
    public static function hold(string $url): bool
    {
        return in_array(HostName::of($url), self::all(), true);
    }

    /** @return list<string> */
    private static function ofWpml(): array
    {
        $settings = defined('ICL_SITEPRESS_VERSION') ? get_option('icl_sitepress_settings') : null;
        // 2: a domain for each language.
        $isOn = is_array($settings) && (int) ($settings['language_negotiation_type'] ?? 0) === 2;
        return $isOn ? self::texts($settings['language_domains'] ?? null) : [];
    }

    /** @return list<string> */
    private static function ofPolylang(): array
    {
        $settings = defined('POLYLANG_VERSION') ? get_option('polylang') : null;
        $way = is_array($settings) ? (int) ($settings['force_lang'] ?? 0) : 0;
        if ($way === 2 && function_exists('pll_languages_list')) {
            // A subdomain for each language, before the shop's own host.
            $host = (string) preg_replace('/^www\./', '', HostName::of(Home::raw()));
            return array_map(static fn (string $slug): string => "{$slug}.{$host}", self::texts(pll_languages_list()));
        }
        return $way === 3 ? self::texts($settings['domains'] ?? null) : [];
    }

    /** @return list<string> */
    private static function ofTranslatePress(): array
    {
        $settings = class_exists('TRP_Translate_Press', false) ? get_option('trp_settings') : null;
        $domains = is_array($settings) ? ($settings['trp-multiple-domains'] ?? null) : null;
        $isOn = static fn (mixed $of): bool => is_array($of) && !empty($of['enabled']) && isset($of['domain']);
        return is_array($domains) ? self::texts(array_column(array_filter($domains, $isOn), 'domain')) : [];
    }

    /** @return list<string> */
    private static function texts(mixed $list): array
    {
        return is_array($list) ? array_values(array_filter($list, 'is_string')) : [];
    }
}
