<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Orders\OutboxTable;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * What concerns the sites of a network that this request does not run on: one that is deleted, and all of them when the
 * plugin goes. It must not know what a site has of ours (Installer).
 */
final class Network
{
    /** Also where the main site, from which sites are deleted, is no shop. */
    public static function register(Guard $guard, string $mainFile): void
    {
        add_filter('wpmu_drop_tables', $guard->filter('drop', static fn (array $tables, mixed $id): array => [
            ...$tables,
            OutboxTable::nameFor($GLOBALS['wpdb']->get_blog_prefix((int) $id)),
        ]), 10, 2);
        // Before WordPress drops the tables, where it stands what a site has on the disk.
        $forget = $guard->action('deleted site', static fn (\WP_Site $site) => self::on(
            (int) $site->blog_id,
            static fn () => Installer::removeFiles($mainFile),
        ));
        add_action('wp_uninitialize_site', $forget, 5);
    }

    /** Runs it on each site of all networks, or on the current one alone. */
    public static function onEach(bool $isEach, \Closure $work): void
    {
        if (!$isEach || !is_multisite()) {
            $work();
            return;
        }
        // The main site last: it knows what the others ask it for.
        foreach (get_sites(['fields' => 'ids', 'number' => 0, 'orderby' => 'id', 'order' => 'DESC']) as $site) {
            self::on((int) $site, $work);
        }
    }

    /** Whether the current site, one of a network, has the plugin active for itself. */
    public static function hasItself(string $mainFile): bool
    {
        return is_multisite()
            && in_array(plugin_basename($mainFile), (array) get_option('active_plugins', []), true);
    }

    private static function on(int $site, \Closure $work): void
    {
        switch_to_blog($site);
        try {
            $work();
        } finally {
            restore_current_blog();
        }
    }
}
