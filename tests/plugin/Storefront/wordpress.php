<?php

/**
 * What Storefront asks of WordPress and of PHP's headers, as WordPress answers it, steered by Site. Declared in
 * Storefront's own namespace, where PHP looks first: nothing else sees these.
 */

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Tests\Storefront\Site;

function home_url(string $path = ''): string
{
    return Site::$home . $path;
}

function get_locale(): string
{
    return Site::$locale;
}

function get_current_user_id(): int
{
    return Site::$user;
}

function wp_set_current_user(int $user): void
{
    Site::$user = $user;
}

function current_user_can(string $capability): bool
{
    return in_array($capability, Site::$capabilities, true);
}

function user_can(int $user, string $capability): bool
{
    return in_array($user, [Site::$user, Site::$signedIn], true) && in_array($capability, Site::$capabilities, true);
}

/** The user whom the browser's own cookie names. */
function wp_validate_auth_cookie(string $cookie, string $scheme): int|false
{
    return Site::$signedIn ?: false;
}

function wp_doing_cron(): bool
{
    return false;
}

function is_allowed_http_origin(string $origin): string
{
    return in_array($origin, [Site::$home, ...Site::$origins], true) ? $origin : '';
}

function wp_doing_ajax(): bool
{
    return Site::$ajax;
}

function wp_is_serving_rest_request(): bool
{
    return Site::$rest;
}

function wp_unslash(mixed $value): mixed
{
    return is_array($value) ? array_map(wp_unslash(...), $value) : (is_string($value) ? stripslashes($value) : $value);
}

function apply_filters(string $name, mixed $value, mixed ...$more): mixed
{
    return isset(Site::$filters[$name]) ? (Site::$filters[$name])($value, ...$more) : $value;
}

function add_action(string $name, callable $work): void
{
    Site::$actions[$name] = $work;
}

function is_ssl(): bool
{
    return str_starts_with(Site::$home, 'https:');
}

function headers_sent(): bool
{
    return Site::$headersSent;
}

/** @param array<string, mixed> $options */
function setcookie(string $name, string $value, array $options): bool
{
    Site::$cookies[$name] = ['value' => $value] + $options;
    return true;
}
