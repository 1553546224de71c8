<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Mapping\LimitedData;
use Pinrelay\WooCommerce\Relay\Faults;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * Reports an event that was born in a request of the visitor's, by both halves under the id made here: the server half
 * is captured at once, the browser half goes by EventCookies. It must not know what the event is about.
 */
final class ServerEvents
{
    public function __construct(
        private readonly Settings $settings,
        private readonly RelayFactory $relays,
        private readonly EventCookies $cookies,
        private readonly Consent $consent,
        private readonly BotFilter $bots,
        private readonly Guard $guard,
    ) {
    }

    /** Whether either half of this event is wanted and can go. */
    public function wants(string $eventName): bool
    {
        return $this->goesToTag($eventName) || $this->goesToApi($eventName);
    }

    /**
     * Adds what account and session know of the visitor; without his consent there is nothing to report.
     *
     * @param array<string, mixed> $event   with its name; where and from which browser is in it already (Mapping\Visit)
     * @param mixed                $subject what it is about, for the filter: a product, an order, a user id, or null
     */
    public function report(array $event, mixed $subject = null): void
    {
        $name = (string) $event['event_name'];
        if (!$this->wants($name)) {
            return;
        }
        if (Requester::isStaff()) {
            return;
        }
        $isBrowser = Requester::isBrowser();
        if (!($isBrowser ? $this->consent->isGiven() : $this->isGivenToCart())) {
            $this->relays->drops()->add(DropCount::CONSENT);
            return;
        }
        if ($this->bots->drops((string) ($event['user']['user_agent'] ?? ''))) {
            return;
        }
        $known = Customer::known();
        $event['user'] = ($event['user'] ?? []) + $known;
        $event = $this->limited($event, $known);
        $id = $event['event_id'] ?? wp_generate_uuid4();
        /** The event before it is handed over, as for orders; null leaves it out. */
        $filtered = apply_filters('pinrelay_event', ['event_id' => $id] + $event, $subject);
        if (!is_array($filtered)) {
            return;
        }
        $event = ['event_id' => $id, 'event_name' => $name] + $filtered;
        if ($isBrowser && $this->goesToTag($name)) {
            $this->toBrowser($event);
        }
        if ($this->goesToApi($name)) {
            $this->guard->run('capture of ' . $name, fn () => $this->toServer($event));
        }
    }

    /** What the visitor said to whom another server acts for, and where he was not seen, what holds for such orders. */
    private function isGivenToCart(): bool
    {
        return CartVisitor::known() !== null
            || (!CartVisitor::hasRefused() && $this->consent->withoutVisitor() !== false);
    }

    /**
     * @param array<string, mixed>  $event
     * @param array<string, string> $known of the visitor
     * @return array<string, mixed>
     */
    private function limited(array $event, array $known): array
    {
        $states = $this->settings->ldpStates;
        if ($states !== []) {
            VisitorRegion::keep($known);
            $state = VisitorRegion::state($_SERVER, Cookie::all());
            $event['user'] += LimitedData::place($event['user'], $state, $states);
        }
        return $event + LimitedData::part($event['user'], $states);
    }

    private function goesToTag(string $name): bool
    {
        return $this->settings->tagReady() && $this->settings->wants($name, 'tag');
    }

    private function goesToApi(string $name): bool
    {
        return $this->settings->apiReady() && $this->settings->wants($name, 'api');
    }

    /** @param array<string, mixed> $event */
    private function toServer(array $event): void
    {
        try {
            $relay = $this->relays->relay();
            if ($relay === null) {
                $this->relays->drops()->add(DropCount::SPOOL);
                return;
            }
            $relay->capture($event);
            if (($event['user']['ip'] ?? '') !== '') {
                $this->relays->drops()->passed(time());
            }
        } catch (\Pinrelay\SpoolException $unusable) {
            $this->relays->drops()->add(DropCount::SPOOL);
            throw $unusable;
        } catch (\Pinrelay\InvalidEventException $invalid) {
            $this->relays->drops()->add(...Faults::reason($invalid, $event, wp_unslash($_SERVER)));
            if (!Faults::areOfVisitor($invalid)) {
                throw $invalid;
            }
            $this->debug($invalid->getMessage());
        }
    }

    /** @param array<string, mixed> $event */
    private function toBrowser(array $event): void
    {
        if (!$this->cookies->send(TagRenderer::track($event))) {
            $this->debug("The browser half of {$event['event_id']} stayed behind: headers were out, or too many wait.");
        }
    }

    private function debug(string $line): void
    {
        wc_get_logger()->debug($line, ['source' => Guard::LOG_SOURCE]);
    }
}
