<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * The Pinterest Tag on every page of the shop: the queue stub, the page's facts, and assets/pinrelay.js, which does the
 * rest once the page is really shown. What hangs on the settings alone comes ready made (PageData).
 *
 * What is printed here is the same for every visitor, because any cache may keep it: no id, nonce, consent decision or
 * personal datum. The filters of WordPress' script functions are asked, so that one can add a CSP nonce. What a
 * checkout or an account holds is the visitor's own, so those pages are kept out of caches.
 *
 * assets/pinrelay.js, and where the page's address carries an order's key, assets/order.js (Claim)
 *   reads   #pinrelay-page      PageData::facts().
 *           #pinrelay-match     on pages that are never cached, for who is known there: hashed match keys (MatchKeys).
 *           pinrelay_e_*        cookies, one for each event born on the server (EventCookies). Claimed by whichever
 *                               page comes first, under a lock, so that tabs neither lose nor double one.
 *   keeps   pinrelay_consent    cookie: what pinrelay.consent() was told, "1" or "0"; 365 days. All else only after it
 *                               may: before consent, events are held in the page's memory and nothing is loaded.
 *           pinrelay_consent_type  cookie: "optout" where a banner told the page that visitors of this region may
 *                               object, so that the server hears of it; "optin" where it corrects that, "deny" where
 *                               its function wp_has_consent() alone says no; a day.
 *           _epik               cookie: the click id of an ad's link, as Pinterest's library keeps it; 365 days.
 *           pinrelay_vid        cookie: a random id of this browser, its hash the external_id of both halves; 365 days.
 *           pinrelay_ldp        cookie: the US state, where the owner picked some (VisitorRegion); a day, or 30 by an
 *                               address.
 *           pinrelay_fired      localStorage: ids of the last hundred events fired; a reload fires none twice.
 *           pinrelay_fallback   sessionStorage: the host forbids collect.php, the REST route takes its place.
 *           pinrelay_taken_back localStorage: the id whose consent was taken back, until the shop has heard of it.
 *           pinrelay_once       sessionStorage: the last checkout begun, which a reload does not repeat.
 *           pinrelay_agreed     sessionStorage: the address of the page on which the visitor agreed, and the
 *                               ids of its events, for banners that load the page anew: the new page tells its events
 *                               under the same ids. Read once.
 *   offers  pinrelay.consent(agrees): the visitor's answer, for the consent mode "filter". May be called before the
 *           script has arrived, and as often as the answer changes.
 *           pinrelay.track(name, data): one of EventNames::TRACKED, by both halves; gives its id. `data` may hold
 *           lead_type, video_title, property, search_string, content_name, content_category, content_brand and
 *           product_ids. Money is not taken from a browser: value, currency and prices go nowhere. May be called before
 *           the script has arrived.
 */
final class BaseTag
{
    public const HANDLE = 'pinrelay';
    private const QUEUE = 'pinrelay-queue';

    /**
     * Pinterest's own queue, for other scripts' pintrk() calls before ours has come. Apart from ours, since consent
     * tools know it and hold it back.
     */
    private const PINTRK = 'window.pintrk=window.pintrk||function(){window.pintrk.queue.push('
        . 'Array.prototype.slice.call(arguments))};window.pintrk.queue=window.pintrk.queue||[];'
        . "window.pintrk.version=window.pintrk.version||'3.0';";

    /** The same for ours. */
    private const PINRELAY = 'window.pinrelay=window.pinrelay||{queue:[],track:function(){'
        . 'window.pinrelay.queue.push(arguments)},consent:function(agrees){window.pinrelay.agrees=agrees}};';

    /** @var ?array<string, mixed> as PageData makes it */
    private ?array $data = null;

    /**
     * @param \Closure(): array<string, mixed> $page     PageData for this request's visitor
     * @param \Closure(): Settings             $settings for what a page shows of the catalogue
     */
    public function __construct(
        private readonly \Closure $page,
        private readonly \Closure $settings,
        private readonly string $version,
    ) {
    }

    public function keepOutOfCaches(): void
    {
        if (!$this->data()['is_active'] || (!PageEvents::isOfVisitor() && !$this->data()['is_staff'])) {
            return;
        }
        defined('DONOTCACHEPAGE') || define('DONOTCACHEPAGE', true);
        // WooCommerce's own headers let a browser keep the page for the way back; these would not.
        if (preg_grep('/^cache-control:.*\b(private|no-cache|no-store)\b/i', headers_list()) === []) {
            nocache_headers();
        }
    }

    public function enqueue(): void
    {
        if (!$this->data()['is_active'] || !self::isShown()) {
            return;
        }
        wp_enqueue_script(self::HANDLE, $this->data()['script'], [], $this->version, ['strategy' => 'defer']);
    }

    /** Neither stub is needed by anything of ours: they are for what calls before assets/pinrelay.js has come. */
    public function printStubs(): void
    {
        if (!$this->data()['is_active'] || !self::isShown() || !wp_script_is(self::HANDLE)) {
            return;
        }
        if ($this->data()['facts']['library'] !== null) {
            self::printScript(self::PINTRK, ['id' => self::QUEUE . '-js-after']);
        }
        self::printScript(self::PINRELAY, ['id' => self::HANDLE . '-js-before']);
    }

    /** For a script of ours to read. */
    public static function printJson(string $id, mixed $value): void
    {
        self::printScript(self::inScript($value), ['type' => 'application/json', 'id' => $id]);
    }

    /** JSON that cannot end the <script> element it is printed in, whatever a product is called. Pure. */
    public static function inScript(mixed $value): string
    {
        return json_encode(
            $value,
            JSON_HEX_TAG | JSON_HEX_AMP | JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR,
        );
    }

    /**
     * As WordPress prints it, whose way takes several times as long as all else of ours on a page.
     *
     * @param string                $text       that holds no tag
     * @param array<string, string> $attributes plain
     */
    private static function printScript(string $text, array $attributes): void
    {
        if (has_filter('wp_inline_script_attributes')) {
            wp_print_inline_script_tag($text, $attributes);
            return;
        }
        $pairs = '';
        foreach ($attributes as $name => $value) {
            $pairs .= " {$name}=\"{$value}\"";
        }
        echo "<script{$pairs}>\n{$text}\n</script>\n";
    }

    public function printFacts(): void
    {
        if ($this->data()['is_active'] && self::isShown()) {
            self::printJson('pinrelay-page', $this->facts());
        }
    }

    /** @return array<string, mixed> as PageData::facts(), with what hangs on the page and on other plugins' filters */
    private function facts(): array
    {
        $facts = $this->data()['facts'];
        $facts['leaves'] = get_option('woocommerce_cart_redirect_after_add') === 'yes';
        $facts['prefix'] = $facts['consent'] === 'wp_consent_api' ? Consent::prefix() : '';
        if ($facts['order'] !== null) {
            $facts['order']['pay'] = (string) (WC()->query->get_query_vars()['order-pay'] ?? '');
        }
        $facts['events'] = $this->events();
        return $facts;
    }

    /** @return list<array<string, mixed>> */
    private function events(): array
    {
        if (PageEvents::isPlain()) {
            return $this->data()['visit'] === null ? [] : [$this->data()['visit']];
        }
        $events = new PageEvents(($this->settings)(), $this->data()['facts']['language']);
        return array_values(array_filter(array_map(
            fn (array $event): ?array => self::told($event, $this->data()['halves'], $this->data()['key']),
            $events->all(),
        )));
    }

    /**
     * An event of a page for its script.
     *
     * @param array<string, mixed>              $event
     * @param array<string, array{bool, bool}> $halves by event: whether the tag and whether the server tells it
     * @return ?array<string, mixed> null when both halves are off
     */
    public static function told(array $event, array $halves, #[\SensitiveParameter] string $key): ?array
    {
        [$toTag, $toServer] = $halves[$event['event_name']];
        [$command, $name, $data] = TagRenderer::track($event);
        return $toTag || $toServer ? [
            'call' => $toTag ? [$command, $name, (object) $data] : null,
        ] + ($toServer ? PageFacts::write($event, $key, time()) : []) + (
            $event['event_name'] === 'initiate_checkout' ? ['once' => true] : []
        ) : null;
    }

    /** @return array<string, mixed> */
    private function data(): array
    {
        return $this->data ??= ($this->page)();
    }

    /** Whether a visitor looks at this page, and not its editor. */
    private static function isShown(): bool
    {
        return !is_customize_preview() && !is_preview();
    }
}
