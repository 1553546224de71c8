<?php

/**
 * Plugin Name: Test banner
 * Description: For tests: a cookie banner, on the WP Consent API or with a call of its own.
 *
 * The option test_banner says how: {"type": "optin"|"optout", "talks": "api"|"pinrelay", "late": milliseconds}. A late
 * one tells nothing on the server: its script tells the type, and writes a refusal before anybody has answered, as
 * banners do that learn the visitor's region first.
 */

declare(strict_types=1);

$how = (array) get_option('test_banner', []) + ['type' => 'optin', 'talks' => 'api'];

if (!isset($how['late'])) {
    add_filter('wp_get_consent_type', static fn (): string => $how['type']);
}

add_action('wp_footer', static function () use ($how): void {
    $call = $how['talks'] === 'api'
        ? "wp_set_consent('marketing', agrees ? 'allow' : 'deny')"
        : 'window.pinrelay.consent(agrees)';
    echo '<div id="banner" style="position:fixed;top:0;right:0;z-index:9"><button id="accept">Accept</button>'
        . '<button id="decline">Decline</button></div>';
    if (isset($how['late'])) {
        $isAnswered = '/wp_consent_marketing=/.test(document.cookie)';
        $deny = $how['type'] === 'optin' ? "{$isAnswered} || wp_set_consent('marketing', 'deny');" : '';
        wp_print_inline_script_tag(
            "setTimeout(() => { window.wp_consent_type = '{$how['type']}';"
            . "document.dispatchEvent(new CustomEvent('wp_consent_type_defined')); {$deny} }, {$how['late']});"
        );
    }
    wp_print_inline_script_tag(
        "for (const [id, agrees] of [['accept', true], ['decline', false]]) {"
        . "document.getElementById(id).addEventListener('click', () => { {$call}; });}"
    );
});
