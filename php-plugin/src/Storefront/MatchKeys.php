<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Mapping\LimitedData;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * Enhanced match: hashed keys of whoever is known, for the tag's `set`. Only on the checkout, the order-received page
 * and the account, which are kept out of caches: these would hand one visitor's keys to the next.
 *
 * They are of the visitor of this request, by his account or session, and never of an order whose page he opens.
 */
final class MatchKeys
{
    public function __construct(
        private readonly Settings $settings,
        private readonly RelayFactory $relays,
        private readonly Consent $consent,
        private readonly Guard $guard,
    ) {
    }

    public function print(): void
    {
        if (!$this->settings->tagReady() || $this->settings->gtm) {
            return;
        }
        $isHis = self::isNeverCached() && !Requester::isStaff();
        $keys = $isHis && $this->consent->isGiven() ? $this->keys(Customer::known()) : [];
        if ($keys !== []) {
            BaseTag::printJson('pinrelay-match', $keys);
        }
    }

    /**
     * There are caches that respect no header. Those, too, let visitors pass who are logged in or have a cart; a guest
     * who has neither is known by his session all the same.
     */
    private static function isNeverCached(): bool
    {
        return PageEvents::isOfVisitor()
            && (is_user_logged_in() || is_order_received_page() || WC()->cart?->is_empty() === false);
    }

    /**
     * @param array<string, string> $person Customer::known()
     * @return array<string, string> finished hashes, with the limit on their use where there is one
     */
    private function keys(array $person): array
    {
        if ($person === []) {
            return [];
        }
        $states = $this->settings->ldpStates;
        if ($states !== []) {
            $person += LimitedData::place($person, VisitorRegion::state($_SERVER, Cookie::all()), $states);
        }
        // Any event renders the same partner data; this one is never sent.
        $event = ['event_name' => 'page_visit', 'event_id' => 'match', 'user' => $person]
            + LimitedData::part($person, $states);
        $calls = $this->guard->run(
            'match keys',
            fn (): ?array => $this->relays->relay()?->prepare($event)->tagCalls,
        ) ?? TagRenderer::calls($event);

        return ($calls[0][0] ?? '') === 'set' ? $calls[0][1] : [];
    }
}
