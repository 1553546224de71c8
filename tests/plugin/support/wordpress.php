<?php

/** WordPress' functions as far as the plugin's tested classes call them. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- constants and functions stand for a loaded WordPress
// phpcs:disable Squiz.Functions.GlobalFunction -- as in WordPress

use Pinrelay\WooCommerce\Tests\Support\Site;

const MINUTE_IN_SECONDS = 60;
define('ABSPATH', sys_get_temp_dir() . '/pinrelay-no-wordpress/');
define('WP_CONTENT_DIR', ABSPATH . 'wp-content');

function __(string $text, string $domain = ''): string
{
    return $text;
}

function get_option(string $name, mixed $default = false): mixed
{
    $value = Site::$database->option($name);
    return $value === null ? $default : maybe_unserialize($value);
}

function update_option(string $name, mixed $value, ?bool $autoload = null): bool
{
    if (Site::$isReadOnly) {
        ++Site::$refused;
        return false;
    }
    Site::$database->putOption($name, is_scalar($value) ? (string) $value : serialize($value));
    return true;
}

function delete_option(string $name): bool
{
    Site::$database->deleteOption($name);
    return true;
}

function maybe_unserialize(mixed $value): mixed
{
    return is_string($value) && preg_match('/^[abisOdN][:;]/', $value) === 1
        ? unserialize($value, ['allowed_classes' => false])
        : $value;
}

function wp_cache_delete(string $key, string $group = ''): bool
{
    return true;
}

function add_action(string $hook, callable $callback, int $priority = 10, int $arguments = 1): bool
{
    Site::$hooks[$hook][$priority][] = static fn (mixed ...$given): mixed => $callback(
        ...array_slice($given, 0, $arguments)
    );
    return true;
}

function add_filter(string $hook, callable $callback, int $priority = 10, int $arguments = 1): bool
{
    return add_action($hook, $callback, $priority, $arguments);
}

/** All of this priority. */
function remove_filter(string $hook, callable $callback, int $priority = 10): bool
{
    unset(Site::$hooks[$hook][$priority]);
    return true;
}

/** Calls in the order of priorities, those included that are added meanwhile. */
function call_hook(string $hook, array $arguments, bool $isFilter): mixed
{
    Site::$current[] = $hook;
    Site::$fired[$hook] = (Site::$fired[$hook] ?? 0) + 1;
    $last = null;
    while (true) {
        $priorities = array_filter(
            array_keys(Site::$hooks[$hook] ?? []),
            static fn (int $priority): bool => $last === null || $priority > $last,
        );
        if ($priorities === []) {
            array_pop(Site::$current);
            return $arguments[0] ?? null;
        }
        $last = min($priorities);
        foreach (Site::$hooks[$hook][$last] as $callback) {
            $value = $callback(...$arguments);
            $arguments = $isFilter ? [$value, ...array_slice($arguments, 1)] : $arguments;
        }
    }
}

function do_action(string $hook, mixed ...$arguments): void
{
    call_hook($hook, $arguments, false);
}

function apply_filters(string $hook, mixed $value, mixed ...$arguments): mixed
{
    return call_hook($hook, [$value, ...$arguments], true);
}

function current_filter(): string|false
{
    return end(Site::$current);
}

function did_action(string $hook): int
{
    return Site::$fired[$hook] ?? 0;
}

function did_filter(string $hook): int
{
    return Site::$fired[$hook] ?? 0;
}

function __return_true(): bool
{
    return true;
}

/** @return array<string, mixed> */
function wp_load_alloptions(): array
{
    return ['home' => Site::$home, 'siteurl' => Site::$home] + Site::$database->allOptions();
}

function is_multisite(): bool
{
    return Site::$network !== null;
}

/** The site of a network: its host and folder, as in the table of sites. */
function get_site(): ?object
{
    return Site::$network === null ? null : (object) Site::$network;
}

function get_current_blog_id(): int
{
    return (int) (Site::$network['blog_id'] ?? 1);
}

function wp_get_environment_type(): string
{
    return 'production';
}

function plugin_basename(string $file): string
{
    return basename(dirname($file)) . '/' . basename($file);
}

function is_admin(): bool
{
    return Site::$isAdmin;
}

function is_user_logged_in(): bool
{
    return false;
}

function rest_url(string $path): string
{
    return 'https://shop.example/wp-json/' . $path;
}

function esc_html(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES);
}

function esc_html__(string $text, string $domain = ''): string
{
    return esc_html($text);
}

function esc_url(string $url): string
{
    return esc_html($url);
}

function admin_url(string $path = ''): string
{
    return 'https://shop.example/wp-admin/' . $path;
}

function wp_unslash(mixed $value): mixed
{
    return is_array($value) ? array_map('wp_unslash', $value) : (is_string($value) ? stripslashes($value) : $value);
}

function get_current_user_id(): int
{
    return 0;
}

function get_locale(): string
{
    return 'en_US';
}

function wp_next_scheduled(string $hook): int|false
{
    return isset(Site::$cron[$hook]) ? 1795000000 : false;
}

function wp_schedule_event(int $at, string $interval, string $hook): bool
{
    Site::$cron[$hook] = $interval;
    return true;
}

function wp_clear_scheduled_hook(string $hook): int
{
    unset(Site::$cron[$hook]);
    return 1;
}

function human_time_diff(int $from, int $to): string
{
    return intdiv($to - $from, 60) . ' minutes';
}

function home_url(string $path = ''): string
{
    return 'https://shop.example' . $path;
}

function site_url(string $path = ''): string
{
    return home_url($path);
}

function wp_doing_ajax(): bool
{
    return Site::$isAjax;
}

function wp_is_serving_rest_request(): bool
{
    return false;
}

/** The plugin User Switching's. */
function current_user_switched(): bool
{
    return \Pinrelay\WooCommerce\Tests\Storefront\Site::$hasSwitched;
}
