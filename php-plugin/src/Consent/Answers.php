<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Storefront\Requester;

/**
 * Notices when consent cannot be heard: no banner ever told which type of consent it asks for, or order after order
 * comes without an allow. Such a shop tells Pinterest nothing, and nothing else would say so.
 *
 * It counts where orders are placed, and writes only what has changed: a page view costs nothing.
 */
final class Answers
{
    public const OPTION = 'pinrelay_consent_answers';

    /** So many orders in a row without an allow are no chance any more. */
    public const MANY = 10;

    /** Problems. The plugin WP Consent API, whose answer is waited for, is not active. */
    public const NO_API = 'no_api';
    /** No banner has told a type of consent or left an answer. */
    public const NO_TYPE = 'no_type';
    /** The last MANY orders came without an allow. */
    public const NO_ALLOW = 'no_allow';

    public function __construct(
        private readonly Settings $settings,
        private readonly Consent $consent,
    ) {
    }

    public function countAtClassicCheckout(mixed $id, mixed $posted = null, mixed $order = null): void
    {
        $this->count($order ?? $id);
    }

    public function count(mixed $order): void
    {
        $order = $order instanceof \WC_Order ? $order : wc_get_order($order);
        $isAsked = $this->settings->consent !== Consent::OFF;
        if (!$isAsked || !$order instanceof \WC_Order || !Requester::isCustomerOf($order)) {
            return;
        }
        $known = self::known();
        $next = self::next($known, $order->get_id(), $this->consent->answer($order) === true, Consent::isTypeTold());
        if ($next !== $known) {
            update_option(self::OPTION, $next, true);
        }
    }

    /**
     * What to remember after one more order. The same order tried again is not another one. Pure.
     *
     * @param array{told: bool, without: list<int>} $known
     * @return array{told: bool, without: list<int>} whether a banner was ever heard; the last orders without an allow
     */
    public static function next(array $known, int $orderId, bool $agrees, bool $isTold): array
    {
        $without = $agrees ? [] : $known['without'];
        if (!$agrees && !in_array($orderId, $without, true) && count($without) < self::MANY) {
            $without[] = $orderId;
        }
        return ['told' => $known['told'] || $agrees || $isTold, 'without' => $without];
    }

    /** What keeps this shop silent, null for nothing. The owner's own browser may know a banner that no order has met. */
    public static function problem(Settings $settings): ?string
    {
        if (!$settings->active() || $settings->consent === Consent::OFF) {
            return null;
        }
        $known = self::known();
        $asksApi = $settings->consent === Consent::WP_CONSENT_API;
        return match (true) {
            $asksApi && !Consent::isApiThere() => self::NO_API,
            $asksApi && !$known['told'] && !Consent::isTypeTold() => self::NO_TYPE,
            count($known['without']) >= self::MANY => self::NO_ALLOW,
            default => null,
        };
    }

    /** @return array{told: bool, without: list<int>} */
    private static function known(): array
    {
        $known = get_option(self::OPTION, []);
        $known = is_array($known) ? $known : [];
        return [
            'told' => ($known['told'] ?? false) === true,
            'without' => is_array($known['without'] ?? null) ? array_values($known['without']) : [],
        ];
    }
}
