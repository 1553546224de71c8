<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Routes;
use Pinrelay\WooCommerce\Settings\EventNames;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Site\Home;

/**
 * The Pinterest Tag on every page of the shop: the queue stub, the page's facts, and assets/pinrelay.js, which does the
 * rest once the page is really shown.
 *
 * What is printed here is the same for every visitor, because any cache may keep it: no id, nonce, consent decision or
 * personal datum. Everything goes through WordPress' script functions, so a filter can add a CSP nonce. What a checkout
 * or an account holds is the visitor's own, so those pages are kept out of caches.
 *
 * assets/pinrelay.js, and where the page's address carries an order's key, assets/order.js (Claim)
 *   reads   #pinrelay-page      facts() below.
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

    /**
     * @param \Closure(): int $revision Collect\Revision as last noticed
     * @param string          $mainFile the plugin's main file
     */
    public function __construct(
        private readonly Settings $settings,
        private readonly PageEvents $events,
        #[\SensitiveParameter]
        private readonly string $key,
        private readonly \Closure $revision,
        private readonly string $mainFile,
        private readonly string $version,
    ) {
    }

    private function isActive(): bool
    {
        return $this->settings->tagReady() || $this->takesVisits();
    }

    /** Whether the server half of a visit can work: a shop may have it without a tag. Visits of staff are none. */
    private function takesVisits(): bool
    {
        return !Requester::isStaff() && $this->settings->apiReady() && Extension::state() === Extension::OK;
    }

    public function keepOutOfCaches(): void
    {
        if (!$this->isActive() || (!PageEvents::isOfVisitor() && !Requester::isStaff())) {
            return;
        }
        defined('DONOTCACHEPAGE') || define('DONOTCACHEPAGE', true);
        // WooCommerce's own headers let a browser keep the page for the way back; these would not.
        if (preg_grep('/^cache-control:.*\b(private|no-cache|no-store)\b/i', headers_list()) === []) {
            nocache_headers();
        }
    }

    /** Neither stub is needed by anything of ours: they are for what calls before assets/pinrelay.js has come. */
    public function enqueue(): void
    {
        if (!$this->isActive() || !self::isShown()) {
            return;
        }
        if ($this->loadsLibrary()) {
            wp_enqueue_script(self::QUEUE, false, [], $this->version);
            wp_add_inline_script(self::QUEUE, self::PINTRK);
        }
        wp_enqueue_script(
            self::HANDLE,
            plugins_url('assets/pinrelay.js', $this->mainFile),
            [],
            $this->version,
            ['strategy' => 'defer'],
        );
        wp_add_inline_script(self::HANDLE, self::PINRELAY, 'before');
    }

    public function printFacts(): void
    {
        if ($this->isActive() && self::isShown()) {
            wp_print_inline_script_tag(
                Json::inScript($this->facts()),
                ['type' => 'application/json', 'id' => 'pinrelay-page'],
            );
        }
    }

    /**
     * tag       its id, null for a shop without a tag
     * library   address of Pinterest's script, null where we load none: then a tag manager takes the calls
     * leaves    whether an add to the cart leads to the cart's page at once
     * path      of our cookies
     * scope     in the names of our cookies and of what is kept in storage (Cookie::scope)
     * language  two letters, or '' where nobody knows
     * consent   whom to ask before anything: off, wp_consent_api or filter
     * prefix    what the names of the WP Consent API's cookies begin with, '' where it is not asked
     * withdraw  address to tell when consent is taken back (Withdrawal)
     * collect   address of collect.php, and
     * fallback  of the REST route; both null where there is no server half
     * order     for a page whose address carries an order's key: `script` that claims the purchase, addresses to
     *           `claim` it from, and `pay`, which names the page where an order is only paid; null without a tag for
     *           it, where no buyer need say that he agrees
     * events    of this page: `call` for pintrk() without its id, null where the browser half is off; `facts` and
     *           `signature` for the server, left out where its half is off; `once` for what a reload does not repeat
     * limits    where assets/limited.js has to be asked: that `script`, US states with limited data use, and addresses
     *           to ask for the visitor's
     * track     what pinrelay.track() may tell: by name, whether to the tag and whether to the server
     * permit    for the server: that it may
     *
     * @return array<string, mixed>
     */
    private function facts(): array
    {
        [$collect, $fallback] = $this->takesVisits() ? $this->collectAddresses() : [null, null];
        return [
            'tag' => $this->tag(),
            'library' => $this->loadsLibrary() ? $this->settings->tagScriptUrl : null,
            'leaves' => get_option('woocommerce_cart_redirect_after_add') === 'yes',
            'path' => Cookie::path(),
            'scope' => Cookie::scope(),
            'language' => Visitor::language(),
            'consent' => $this->settings->consent,
            'prefix' => $this->settings->consent === Consent::WP_CONSENT_API ? Consent::prefix() : '',
            'withdraw' => $this->settings->consent === Consent::OFF ? null : Routes::address(Routes::CONSENT),
            'collect' => $collect,
            'fallback' => $fallback,
            'order' => $this->order(),
            'events' => array_values(array_filter(array_map($this->told(...), $this->events->all()))),
            'limits' => $this->limits(),
            'track' => $tracked = $this->tracked(),
            'permit' => PageFacts::permit(
                array_keys(array_filter($tracked, static fn (array $halves): bool => $halves[1])),
                $this->key,
                time(),
            ),
        ];
    }

    /** @return ?array{script: string, claim: list<string>, pay: string} */
    private function order(): ?array
    {
        $hasTag = $this->tag() !== null && $this->settings->wants('checkout', 'tag');
        if (Requester::isStaff() || (!$hasTag && $this->settings->consent === Consent::OFF)) {
            return null;
        }
        return [
            'script' => $this->asset('order.js'),
            'claim' => Routes::claims(),
            'pay' => (string) (WC()->query->get_query_vars()['order-pay'] ?? ''),
        ];
    }

    /** For assets/pinrelay.js to load where it needs it. */
    private function asset(string $name): string
    {
        return add_query_arg('ver', $this->version, plugins_url('assets/' . $name, $this->mainFile));
    }

    /** A tag manager's tag has partner data of its own. */
    private function hasLimits(): bool
    {
        return $this->settings->ldpStates !== [] && $this->loadsLibrary();
    }

    /** @return ?array{script: string, states: list<string>, ask: list<string>} */
    private function limits(): ?array
    {
        if (!$this->hasLimits()) {
            return null;
        }
        [$file, $route] = $this->collectAddresses();
        $ask = $file === $route ? [$route] : [$file . '&place', $route];
        return [
            'script' => $this->asset('limited.js'),
            'states' => $this->settings->ldpStates,
            'ask' => $ask,
        ];
    }

    /**
     * Both without a host, for whichever the page is asked under. Cookies do not come along to a file that is not below
     * their folder, as where WordPress lies in another one than the shop: the route does all then.
     *
     * @return array{string, string} where events go, and where to if that is forbidden or has older settings
     */
    private function collectAddresses(): array
    {
        $file = Home::local(plugins_url('collect.php', $this->mainFile));
        $route = Routes::address(Routes::COLLECT);
        $query = '?s=' . get_current_blog_id() . '&r=' . ($this->revision)();
        return [str_starts_with($file, Cookie::path()) ? $file . $query : $route, $route];
    }

    /**
     * @param array<string, mixed> $event
     * @return ?array<string, mixed> null when both halves are off
     */
    private function told(array $event): ?array
    {
        [$toTag, $toServer] = $this->halves($event['event_name']);
        [$command, $name, $data] = TagRenderer::track($event);
        return $toTag || $toServer ? [
            'call' => $toTag ? [$command, $name, (object) $data] : null,
        ] + ($toServer ? PageFacts::write($event, $this->key, time()) : []) + (
            $event['event_name'] === 'initiate_checkout' ? ['once' => true] : []
        ) : null;
    }

    /** @return array<string, array{bool, bool}> */
    private function tracked(): array
    {
        $halves = array_map($this->halves(...), array_combine(EventNames::TRACKED, EventNames::TRACKED));
        return array_filter($halves, static fn (array $of): bool => $of !== [false, false]);
    }

    /** @return array{bool, bool} whether the tag and whether the server tells this event */
    private function halves(string $name): array
    {
        return [
            $this->tag() !== null && $this->settings->wants($name, 'tag'),
            $this->takesVisits() && $this->settings->wants($name, 'api'),
        ];
    }

    private function tag(): ?string
    {
        return $this->settings->tagReady() && !Requester::isStaff() ? $this->settings->tagId : null;
    }

    /** Else a tag manager fires the tag, by the data layer. */
    private function loadsLibrary(): bool
    {
        return $this->tag() !== null && !$this->settings->gtm;
    }

    /** Whether a visitor looks at this page, and not its editor. */
    private static function isShown(): bool
    {
        return !is_customize_preview() && !is_preview();
    }
}
