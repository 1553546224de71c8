<?php

/**
 * Plugin Name: WP Consent API (stand-in)
 * Description: For tests: the same functions, filters, cookies and browser events as the plugin WP Consent API.
 *
 * Written for these tests after the plugin's documented behaviour, since the plugin itself is not always to be had. The
 * kind of consent comes from the filter wp_get_consent_type, as a banner's plugin sets it: 'optin', 'optout' or false.
 */

declare(strict_types=1);

const WP_CONSENT_API_STAND_IN_CATEGORIES = [
    'functional', 'preferences', 'statistics-anonymous', 'statistics', 'marketing',
];

function wp_get_consent_type(): mixed
{
    return apply_filters('wp_get_consent_type', false);
}

function wp_has_consent(string $category, mixed $requested_by = false): mixed
{
    $type = wp_get_consent_type();
    $told = $_COOKIE[wp_consent_api_stand_in_cookie($category)] ?? null;
    $has = match (true) {
        !$type => true,
        str_contains((string) $type, 'optout') && $told === null => true,
        default => $told === 'allow',
    };
    return apply_filters('wp_has_consent', $has, $category, $requested_by);
}

function wp_set_consent(string $category, string $value): void
{
    if (in_array($category, WP_CONSENT_API_STAND_IN_CATEGORIES, true) && in_array($value, ['allow', 'deny'], true)) {
        setcookie(wp_consent_api_stand_in_cookie($category), $value, time() + 30 * 86400, '/');
    }
}

function wp_add_cookie_info(string $name, string $service, string $category, string $expires, string $function): void
{
    $GLOBALS['wp_consent_api_stand_in_cookies'][$name] = compact('service', 'category', 'expires', 'function');
}

function consent_api_registered(string $plugin): bool
{
    return (bool) apply_filters("wp_consent_api_registered_{$plugin}", false);
}

function wp_consent_api_stand_in_cookie(string $category): string
{
    return apply_filters('wp_consent_cookie_prefix', 'wp_consent') . '_' . $category;
}

// In the footer and after everybody else, so that banners and other plugins come before it, as in the plugin.
add_action('wp_enqueue_scripts', static function (): void {
    wp_enqueue_script('wp-consent-api', plugins_url('wp-consent-api.js', __FILE__), [], '1', true);
    wp_localize_script('wp-consent-api', 'consent_api', [
        'consent_type' => wp_get_consent_type(),
        'waitfor_consent_hook' => apply_filters('wp_consent_api_waitfor_consent_hook', false),
        'cookie_expiration' => 30,
        'cookie_prefix' => apply_filters('wp_consent_cookie_prefix', 'wp_consent'),
    ]);
}, PHP_INT_MAX - 100);
