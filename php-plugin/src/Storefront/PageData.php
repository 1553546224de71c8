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
 * What the settings alone say of every page, for BaseTag: made once for each host and language of the shop's visitors
 * (Settings\Compiled), and anew for each page of the staff.
 */
final class PageData
{
    /** @param string $mainFile the plugin's main file */
    public function __construct(
        private readonly Settings $settings,
        private readonly bool $isStaff,
        #[\SensitiveParameter]
        private readonly string $key,
        private readonly int $revision,
        private readonly string $mainFile,
        private readonly string $version,
    ) {
    }

    /**
     * is_active  whether there is anything to print
     * script     address of assets/pinrelay.js
     * facts      of the page, with null for what only the page knows
     * halves     of the events of pages: whether the tag and whether the server tells it
     * visit      the event of a page that shows nothing of the catalogue, as BaseTag::told()
     * key        that signs the other events, '' where nothing is signed
     *
     * @return array<string, mixed> of plain values, for an option
     */
    public function make(): array
    {
        $halves = array_map($this->halves(...), array_combine(EventNames::ON_PAGES, EventNames::ON_PAGES));
        $language = Visitor::language();
        $visit = ['event_name' => 'page_visit'] + array_filter(['language' => $language]);
        return [
            'is_active' => $this->settings->tagReady() || $this->takesVisits(),
            'is_staff' => $this->isStaff,
            'script' => plugins_url('assets/pinrelay.js', $this->mainFile),
            'facts' => $this->facts($language),
            'halves' => $halves,
            'visit' => BaseTag::told($visit, $halves, $this->key),
            'key' => $this->takesVisits() ? $this->key : '',
        ];
    }

    /** Whether the server half of a visit can work: a shop may have it without a tag. Visits of staff are none. */
    private function takesVisits(): bool
    {
        return !$this->isStaff && $this->settings->apiReady() && Extension::state() === Extension::OK;
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
    private function facts(string $language): array
    {
        [$collect, $fallback] = $this->takesVisits() ? $this->collectAddresses() : [null, null];
        return [
            'tag' => $this->tag(),
            'library' => $this->loadsLibrary() ? $this->settings->tagScriptUrl : null,
            'leaves' => null,
            'path' => Cookie::path(),
            'scope' => Cookie::scope(),
            'language' => $language,
            'consent' => $this->settings->consent,
            'prefix' => null,
            'withdraw' => $this->settings->consent === Consent::OFF ? null : Routes::address(Routes::CONSENT),
            'collect' => $collect,
            'fallback' => $fallback,
            'order' => $this->order(),
            'events' => null,
            'limits' => $this->limits(),
            'track' => $tracked = $this->tracked(),
            'permit' => PageFacts::permit(
                array_keys(array_filter($tracked, static fn (array $halves): bool => $halves[1])),
                $this->key,
                time(),
            ),
        ];
    }

    /** @return ?array{script: string, claim: list<string>, pay: null} */
    private function order(): ?array
    {
        $hasTag = $this->tag() !== null && $this->settings->wants('checkout', 'tag');
        if ($this->isStaff || (!$hasTag && $this->settings->consent === Consent::OFF)) {
            return null;
        }
        return [
            'script' => $this->asset('order.js'),
            'claim' => Routes::claims(),
            'pay' => null,
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
        $query = '?s=' . get_current_blog_id() . '&r=' . $this->revision;
        return [str_starts_with($file, Cookie::path()) ? $file . $query : $route, $route];
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
        return $this->settings->tagReady() && !$this->isStaff ? $this->settings->tagId : null;
    }

    /** Else a tag manager fires the tag, by the data layer. */
    private function loadsLibrary(): bool
    {
        return $this->tag() !== null && !$this->settings->gtm;
    }
}
