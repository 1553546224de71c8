<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\PageVisitEvent;
use Pinrelay\WooCommerce\Mapping\ProductFacts;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * The Pinterest Tag on every page of the shop: the queue stub, the page's facts, and assets/pinrelay.js, which does the
 * rest once the page is really shown.
 *
 * What is printed here is the same for every visitor, because any cache may keep it: no id, nonce, consent decision or
 * personal datum. Everything goes through WordPress' script functions, so a filter can add a CSP nonce.
 */
final class BaseTag
{
    public const HANDLE = 'pinrelay';

    /** Pinterest's own queue, so that other scripts' pintrk() calls work before the library is there (CONTRACT 15). */
    private const STUB = 'window.pintrk=window.pintrk||function(){window.pintrk.queue.push('
        . 'Array.prototype.slice.call(arguments))};window.pintrk.queue=window.pintrk.queue||[];'
        . "window.pintrk.version=window.pintrk.version||'3.0';";

    /** @param string $mainFile the plugin's main file */
    public function __construct(
        private readonly Settings $settings,
        private readonly Guard $guard,
        private readonly string $mainFile,
        private readonly string $version,
    ) {
    }

    public function register(): void
    {
        if (!$this->settings->tagReady()) {
            return;
        }
        add_action('wp_enqueue_scripts', $this->guard->action('base tag', $this->enqueue(...)));
        add_action('wp_head', $this->guard->action('page facts', $this->printFacts(...)), 5);
    }

    private function enqueue(): void
    {
        if (self::isShown()) {
            wp_enqueue_script(
                self::HANDLE,
                plugins_url('assets/pinrelay.js', $this->mainFile),
                [],
                $this->version,
                ['strategy' => 'defer'],
            );
            $load = "pintrk('load'," . Json::inScript($this->settings->tagId) . ');';
            wp_add_inline_script(self::HANDLE, self::STUB . $load, 'before');
        }
    }

    private function printFacts(): void
    {
        if (self::isShown()) {
            wp_print_inline_script_tag(
                Json::inScript($this->facts()),
                ['type' => 'application/json', 'id' => 'pinrelay-page'],
            );
        }
    }

    /**
     * For assets/pinrelay.js: `library` the address of Pinterest's script, `path` of our cookies, `consent` whom to ask
     * before anything, `visit` the page visit without its id, or null when the owner switched it off.
     *
     * @return array<string, mixed>
     */
    private function facts(): array
    {
        return [
            'library' => $this->settings->tagScriptUrl,
            'path' => EventCookies::path(),
            'consent' => $this->settings->consent,
            'visit' => $this->settings->wants('page_visit', 'tag') ? $this->visit() : null,
        ];
    }

    /** @return array{string, string, object} arguments for pintrk() */
    private function visit(): array
    {
        // The queried product and not the global one: on block themes templates run before wp_head and leave their own.
        $product = is_product() ? wc_get_product(get_queried_object_id()) : null;
        $facts = $product instanceof \WC_Product ? ProductFacts::of($product) : null;
        [$command, $name, $data] = TagRenderer::track(PageVisitEvent::map($facts, $this->settings));
        return [$command, $name, (object) $data];
    }

    /** Whether a visitor looks at this page, and not its editor. */
    private static function isShown(): bool
    {
        return !is_customize_preview() && !is_preview();
    }
}
