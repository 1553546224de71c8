<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Storefront\Cookie;

/**
 * Whether this request's visitor agrees that Pinterest hears of him. The one place on the server that knows whom to
 * ask; assets/pinrelay.js asks the same in the browser, where it reads the same cookies.
 *
 * Only true for requests of the visitor's own browser: a webhook's or a merchant's cookies say nothing about him. What
 * the visitor said is therefore kept with his order (the outbox's column `consent`).
 */
final class Consent
{
    /** The shop asks nobody, because it need not or because it lets nobody in who does not agree. */
    public const OFF = 'off';
    /** The plugin WP Consent API carries the answer from whatever banner the shop has. */
    public const WP_CONSENT_API = 'wp_consent_api';
    /** The shop's own code answers: the filter pinrelay_consent, and pinrelay.consent() in the browser. */
    public const FILTER = 'filter';

    public const GRANTED = 'granted';
    public const REFUSED = 'refused';

    /** What pinrelay.consent() was last told: "1" or "0". Made by assets/pinrelay.js. */
    public const COOKIE = 'pinrelay_consent';

    public function __construct(private readonly Settings $settings)
    {
    }

    /**
     * The visitor's answer, null where the shop asks nobody. Silence is a refusal, and so is a banner's plugin that is
     * not there any more.
     *
     * @param ?\WC_Order $order the order that this visitor is placing, if any
     */
    public function answer(?\WC_Order $order = null): ?bool
    {
        return match ($this->settings->consent) {
            self::OFF => null,
            self::WP_CONSENT_API => $this->byApi(),
            default => $this->filtered($order),
        };
    }

    /** Whether anything may be set, kept or sent for this visitor. */
    public function isGiven(): bool
    {
        return $this->answer() !== false;
    }

    /** Whether a refusal is the visitor's own answer. A banner on the WP Consent API may write it before he gave any. */
    public function isAnswered(): bool
    {
        return $this->settings->consent === self::FILTER && Cookie::read(self::COOKIE) !== '';
    }

    /** The answer for an order whose visitor was never seen: made by hand, by a program, or before the plugin. */
    public function withoutVisitor(): ?bool
    {
        return $this->settings->consent === self::OFF ? null : $this->settings->consentDefault === self::GRANTED;
    }

    /** Whether the plugin that the mode `wp_consent_api` relies on is active. */
    public static function isApiThere(): bool
    {
        return function_exists('wp_has_consent');
    }

    /** What the names of the WP Consent API's cookies begin with, '' where it is not there. */
    public static function prefix(): string
    {
        // The API's own filter: some banners call their cookies otherwise.
        $prefix = self::isApiThere() ? apply_filters('wp_consent_cookie_prefix', 'wp_consent') : '';
        return is_string($prefix) ? $prefix : '';
    }

    /** Whether a banner has told the type of consent, here or in this request's browser. */
    public static function isTypeTold(): bool
    {
        return self::isApiThere() && (self::type() !== '' || ApiCookies::areThere(self::cookies(), self::prefix()));
    }

    /**
     * What cookies alone say, for where there is no WordPress to ask: whether this browser has not agreed. The page's
     * own script has asked before it handed anything in; this catches what a page told that was open for long.
     *
     * No type of the server's counts here: a banner tells it by the visitor's region, and who writes the file of
     * collect.php is somewhere else. The script passes on what its browser was told.
     *
     * @param array<string, string> $cookies unslashed
     * @param string                $prefix  as prefix()
     */
    public static function isRefusedBy(array $cookies, string $mode, string $prefix): bool
    {
        return match ($mode) {
            self::WP_CONSENT_API => !ApiCookies::allow($cookies, $prefix, ''),
            self::FILTER => ($cookies[self::COOKIE] ?? '') !== '1',
            default => false,
        };
    }

    private function byApi(): bool
    {
        if (!self::isApiThere()) {
            return false;
        }
        $allows = ApiCookies::allow(self::cookies(), self::prefix(), self::type());
        // The API's own filter, by which a banner or the owner may decide for one plugin.
        $plugin = plugin_basename(dirname(__DIR__, 2) . '/pinrelay.php');
        return apply_filters('wp_has_consent', $allows, 'marketing', $plugin) === true;
    }

    /** The type of consent as told on the server; none where the banner says that it tells it in the browser. */
    private static function type(): string
    {
        $type = apply_filters('wp_consent_api_waitfor_consent_hook', false) ? '' : wp_get_consent_type();
        return is_string($type) ? $type : '';
    }

    /** @return array<string, string> */
    private static function cookies(): array
    {
        return array_filter(wp_unslash(Cookie::all()), 'is_string');
    }

    private function filtered(?\WC_Order $order): bool
    {
        $told = Cookie::read(self::COOKIE);
        /**
         * Whether this visitor's data may go to Pinterest.
         *
         * @param ?bool      $consent what pinrelay.consent() was told in this browser, null when nothing
         * @param ?\WC_Order $order   the order being placed, null on any other request
         */
        return apply_filters('pinrelay_consent', $told !== '' ? $told === '1' : null, $order) === true;
    }
}
