<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Coexistence;

use Pinrelay\WooCommerce\Admin\SettingsPage;
use Pinrelay\WooCommerce\Routes;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Storefront\BaseTag;

/**
 * Finds out whether something else loads a Pinterest tag on the shop's pages: another plugin, a tag manager, a line
 * pasted into the theme. Most of them show only in a running page, so the owner's own visits to the shop are used:
 * his browser looks (assets/second-tag.js) and reports what it found. Visitors load nothing for it.
 */
final class SecondTag
{
    public const OPTION = 'pinrelay_second_tag';

    private const HANDLE = 'pinrelay-second-tag';
    private const MOST_TAGS = 5;

    /** @param string $mainFile the plugin's main file */
    public function __construct(
        private readonly Settings $settings,
        private readonly string $mainFile,
        private readonly string $version,
    ) {
    }

    /** @return list<string> ids of the other tags, '' for one whose id could not be read; [] when none was seen */
    public static function known(): array
    {
        $known = get_option(self::OPTION, []);
        return is_array($known) ? array_values(array_filter($known, 'is_string')) : [];
    }

    public function enqueue(): void
    {
        // Pages for somebody who is logged in are in no cache, so they may hold a nonce.
        if (!$this->settings->tagReady() || !self::mayReport() || is_customize_preview() || is_preview()) {
            return;
        }
        wp_enqueue_script(
            self::HANDLE,
            plugins_url('assets/second-tag.js', $this->mainFile),
            [],
            $this->version,
            ['strategy' => 'defer'],
        );
    }

    public function printFacts(): void
    {
        if (!wp_script_is(self::HANDLE, 'enqueued')) {
            return;
        }
        BaseTag::printJson(self::HANDLE . '-facts', [
            'route' => Routes::address(Routes::SECOND_TAG),
            'nonce' => wp_create_nonce('wp_rest'),
            'known' => self::known(),
        ]);
    }

    public static function mayReport(): bool
    {
        return current_user_can(SettingsPage::CAPABILITY);
    }

    /**
     * @param mixed $tags as reported, ids of tags that are not ours
     * @return int HTTP status
     */
    public static function remember(mixed $tags): int
    {
        $seen = self::clean($tags);
        $seen === [] ? delete_option(self::OPTION) : update_option(self::OPTION, $seen, false);
        return 204;
    }

    /**
     * @param mixed $tags as reported
     * @return list<string> digits, or '' for an id that is none. Pure
     */
    public static function clean(mixed $tags): array
    {
        $texts = array_filter(is_array($tags) ? $tags : [], 'is_string');
        $ids = array_map(
            static fn (string $id): string => preg_match('/^[0-9]{1,18}$/D', $id) === 1 ? $id : '',
            $texts,
        );
        return array_slice(array_values(array_unique($ids)), 0, self::MOST_TAGS);
    }
}
