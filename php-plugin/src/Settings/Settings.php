<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

use Pinrelay\WooCommerce\Consent\Consent;

/**
 * The settings in effect for this request: what is stored, under what wp-config.php says, under whether the site holds
 * still. A plain value; it must not know where its values come from.
 */
final class Settings
{
    public const API_BASE = 'https://api.pinterest.com/v5';
    public const TAG_SCRIPT_URL = 'https://s.pinimg.com/ct/core.js';

    public const PAID = 'paid';
    /** A paid order is held, and may still change: one-click offers are added to it. */
    public const WAITING = 'waiting';
    public const NO_SALE = 'no_sale';
    /** Where FunnelKit and CartFlows hold an order while they show their offers. */
    private const STATUSES = ['wfocu-pri-order' => self::WAITING, 'wcf-main-order' => self::WAITING];
    public const WAIT_MINUTES = 20;
    /** A sale has to reach Pinterest within the hour, and some of it is left for the way. */
    public const LONGEST_WAIT_MINUTES = 45;

    /**
     * @param bool                                       $enabled      the owner's switch
     * @param string                                     $tagId        digits, '' when none
     * @param string                                     $adAccountId  digits, '' when none
     * @param string                                     $accessToken  conversion token, '' when none
     * @param bool                                       $testMode     events go to Pinterest's test stream only
     * @param array<string, array{tag?: bool, api?: bool}> $events     what is switched off, by API event name
     * @param 'items'|'items_tax'|'total'                $value        what an order's value is made of
     * @param 'id'|'sku'|'gla'|'gpf'|'facebook'|'filter' $itemId       which id of a product is its catalogue id
     * @param array<string, 'placed'|'paid'>             $gateways     when an order of a payment method counts
     * @param array<string, 'paid'|'waiting'|'no_sale'|''> $statuses    what statuses of other plugins mean, without wc-
     * @param int                                        $waitMinutes  how long a waiting order is waited for
     * @param list<string>                               $orderSources kinds of orders that count (Orders\OrderSource)
     * @param 'off'|'wp_consent_api'|'filter'            $consent      who knows whether a visitor agrees
     * @param 'granted'|'refused'                        $consentDefault for orders whose visitor was not seen to answer
     * @param list<string>                               $ldpStates    US states (CA, CO) with limited data processing
     * @param list<string>                               $trustedHeaders set by a proxy of the owner's (ClientAddress)
     * @param bool                                       $gtm          the owner fires the tag from Google Tag Manager
     * @param bool                                       $staffShops   the shop's own people count as its visitors, too
     * @param string                                     $spoolDir     PINRELAY_SPOOL_DIR, '' when not set
     * @param bool                                       $held         a copy of the shop: nothing leaves
     * @param bool                                       $apiHeld      another plugin's server half sends the same sales
     */
    public function __construct(
        public readonly bool $enabled = false,
        public readonly string $tagId = '',
        public readonly string $adAccountId = '',
        #[\SensitiveParameter]
        public readonly string $accessToken = '',
        public readonly bool $testMode = false,
        public readonly array $events = [],
        public readonly string $value = 'items',
        public readonly string $itemId = 'id',
        public readonly array $gateways = ['cod' => 'placed', 'bacs' => 'paid', 'cheque' => 'paid'],
        public readonly array $statuses = self::STATUSES,
        public readonly int $waitMinutes = self::WAIT_MINUTES,
        public readonly array $orderSources = ['checkout', 'store-api'],
        public readonly string $consent = Consent::OFF,
        public readonly string $consentDefault = Consent::REFUSED,
        public readonly array $ldpStates = [],
        public readonly array $trustedHeaders = [],
        public readonly bool $gtm = false,
        public readonly bool $staffShops = false,
        public readonly string $tagScriptUrl = self::TAG_SCRIPT_URL,
        public readonly string $apiBase = self::API_BASE,
        public readonly string $spoolDir = '',
        public readonly bool $held = false,
        public readonly bool $apiHeld = false,
    ) {
    }

    /** Whether the plugin does anything at all. */
    public function active(): bool
    {
        return $this->enabled && !$this->held;
    }

    /** Whether the browser half can work. */
    public function tagReady(): bool
    {
        return $this->active() && $this->tagId !== '';
    }

    /** Whether the server half can work, given an extension. */
    public function apiReady(): bool
    {
        return $this->apiWanted() && !$this->apiHeld;
    }

    /** Whether the owner has given all that the server half needs. */
    public function apiWanted(): bool
    {
        return $this->active() && $this->adAccountId !== '' && $this->accessToken !== '';
    }

    /**
     * Whether this half of an event is reported: every event of the plugin is, until somebody switches it off.
     *
     * @param 'tag'|'api' $half
     */
    public function wants(string $eventName, string $half): bool
    {
        return (bool) ($this->events[$eventName][$half] ?? in_array($eventName, EventNames::ALL, true));
    }

    /** When an order of this payment method counts as a purchase; unlisted methods count when paid. */
    public function countsWhen(string $gateway): string
    {
        return $this->gateways[$gateway] ?? 'paid';
    }

    /**
     * What a status of another plugin means for an order.
     *
     * @param string $status without the wc- prefix
     * @return 'paid'|'waiting'|'no_sale'|'' '' where nobody said: then WooCommerce decides
     */
    public function statusMeans(string $status): string
    {
        return $this->statuses[$status] ?? '';
    }

    /** The queue that events go to: account and test flag, named as the spool names its folder. '' without an account. */
    public function destination(): string
    {
        return self::destinationOf($this->adAccountId, $this->testMode);
    }

    public static function destinationOf(string $adAccountId, bool $testMode): string
    {
        return $adAccountId === '' ? '' : $adAccountId . ($testMode ? '-test' : '');
    }

    /** @return array<string, mixed> arguments of the constructor that may be kept */
    public function withoutToken(): array
    {
        return array_diff_key(get_object_vars($this), ['accessToken' => true]);
    }

    /** What var_dump and debuggers may see: everything but the token. */
    public function __debugInfo(): array
    {
        return ['accessToken' => $this->accessToken === '' ? '' : '(hidden)'] + get_object_vars($this);
    }

    public function __serialize(): array
    {
        throw new \LogicException('Settings hold a token and are not serialised.');
    }
}
