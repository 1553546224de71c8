<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\Language;
use Pinrelay\WooCommerce\Site\Hosts;

/**
 * Who is looking, as this request tells: the context that goes with an event, raw. Reads the request and WordPress, and
 * keeps nothing.
 *
 * The address is what ClientAddress makes of the connection and of the headers that the owner trusts.
 */
final class Visitor
{
    /** Made by Pinterest's library from the `epik` parameter of an ad's link (docs/wire-contract.md#click-id). */
    private const CLICK_COOKIE = '_epik';
    private const CLICK_PARAMETER = 'epik';

    /** @param list<string> $trustedHeaders as in the settings */
    public function __construct(private readonly array $trustedHeaders = [])
    {
    }

    /**
     * @return array<string, string> ip, user_agent, click_id, external_id, url, language, and opt_out "1" where the
     *     browser objects to tracking (Global Privacy Control); each only when known.
     *     Of a request that is not the visitor's own browser, who filled its cart, else nothing (Requester).
     */
    public function context(): array
    {
        if (Requester::isStaff()) {
            return [];
        }
        if (!Requester::isBrowser()) {
            return CartVisitor::known()['context'] ?? [];
        }
        return array_filter([
            'ip' => $this->ip(),
            'user_agent' => $this->text($_SERVER, 'HTTP_USER_AGENT'),
            'click_id' => $this->clickId(),
            'external_id' => $this->externalId(),
            'url' => $this->url(),
            'language' => self::language(),
            'opt_out' => $this->text($_SERVER, 'HTTP_SEC_GPC') === '1' ? '1' : '',
        ], static fn (string $value): bool => $value !== '');
    }

    /** A plus sign, which PHP takes for a space in cookies and addresses, belongs to it: it is to be sent unchanged. */
    private function clickId(): string
    {
        $id = $this->text($_COOKIE, self::CLICK_COOKIE) ?: $this->text($_GET, self::CLICK_PARAMETER);
        return strtr($id, ' ', '+');
    }

    private function ip(): string
    {
        /**
         * The visitor's IP address. What it answers must be a public address too.
         *
         * @param string $ip as the connection and the trusted headers have it, '' when they do not know
         */
        $ip = apply_filters('pinrelay_visitor_ip', ClientAddress::of(wp_unslash($_SERVER), $this->trustedHeaders));
        return is_string($ip) ? IpAddress::visible($ip) : '';
    }

    /** The browser's own id first: only that one is known to both halves on every page, logged in or not. */
    private function externalId(): string
    {
        $id = VisitorId::read([VisitorId::COOKIE => Cookie::read(VisitorId::COOKIE)]);
        $user = get_current_user_id();
        return $id !== '' ? $id : ($user > 0 ? (string) $user : '');
    }

    /**
     * The page the visitor sees, on whichever of the shop's hosts. A request made by a page's script has it in its
     * referrer.
     */
    private function url(): string
    {
        $here = (is_ssl() ? 'https://' : 'http://') . $this->text($_SERVER, 'HTTP_HOST');
        $site = Hosts::hold($here) ? "{$here}/" : home_url('/');
        $names = self::parameters();

        if (!self::isMadeByScript()) {
            return PageUrl::clean($site, $this->text($_SERVER, 'REQUEST_URI'), $names);
        }
        $referrer = $this->text($_SERVER, 'HTTP_REFERER');
        return Hosts::hold($referrer) ? PageUrl::clean($referrer, $referrer, $names) : $site;
    }

    /** @return list<string> names of the query parameters that may leave the shop with a page's address */
    public static function parameters(): array
    {
        /**
         * Query parameters that may leave the shop with a page's address.
         *
         * @param list<string> $names
         */
        $names = apply_filters('pinrelay_url_params', PageUrl::PARAMETERS);
        return is_array($names) ? array_values(array_filter($names, 'is_string')) : PageUrl::PARAMETERS;
    }

    private static function isMadeByScript(): bool
    {
        return wp_doing_ajax() || isset($_GET['wc-ajax']) || wp_is_serving_rest_request();
    }

    /** Two letters, as Pinterest wants it (docs/wire-contract.md#event-object). */
    public static function language(): string
    {
        return Language::of(get_locale());
    }

    /**
     * One text of a superglobal, which WordPress has slashed. Arrays (`?epik[]=`) and control characters are nobody's
     * honest value.
     *
     * @param array<mixed> $from
     */
    private function text(array $from, string $key): string
    {
        $value = $from[$key] ?? '';
        return is_string($value) ? trim((string) preg_replace('/[\x00-\x1f\x7f]/', '', wp_unslash($value))) : '';
    }
}
