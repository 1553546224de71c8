<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Consent;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * Introduces the plugin to the WP Consent API: that it follows consent, and what it keeps in a browser, for the list
 * that cookie banners show. Does nothing where that plugin is not there.
 */
final class ConsentApi
{
    /** @param string $mainFile the plugin's main file */
    public function __construct(
        private readonly Settings $settings,
        private readonly string $mainFile,
    ) {
    }

    /** Whether the plugin asks for consent, on the owner's pages. */
    public function isRegistered(): bool
    {
        return true;
    }

    public function describe(): void
    {
        $isActive = $this->settings->tagReady() || $this->settings->apiReady();
        if (!$isActive || !function_exists('wp_add_cookie_info')) {
            return;
        }
        $year = __('365 days', 'pinrelay');
        $doing = __('Notes what was just done, such as an add to the cart', 'pinrelay');
        $cookies = [
            ['pinrelay_vid', $year, __('Recognizes the browser by a random number', 'pinrelay')],
            ['pinrelay_e_*', __('10 minutes', 'pinrelay'), $doing],
            ['pinrelay_buyer', __('2 days', 'pinrelay'), __('Recognizes the browser that placed an order', 'pinrelay')],
            ['pinrelay_ldp', __('30 days', 'pinrelay'), __('Notes which US privacy law applies', 'pinrelay')],
            ['_epik', $year, __('Notes which Pinterest ad led to the shop', 'pinrelay')],
        ];
        foreach ($cookies as [$name, $expires, $words]) {
            wp_add_cookie_info($name, 'Pinterest (Pinrelay)', 'marketing', $expires, $words);
        }
        wp_add_cookie_info(
            ApiCookies::TYPE,
            'Pinterest (Pinrelay)',
            'functional',
            __('1 day', 'pinrelay'),
            __(
                'Notes whether visitors of this region are asked first or may object, or that the banner refuses',
                'pinrelay',
            ),
        );
    }
}
