<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\InvalidEventException;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Consent\Withdrawal;
use Pinrelay\WooCommerce\Mapping\LimitedData;
use Pinrelay\WooCommerce\Mapping\Visit;
use Pinrelay\WooCommerce\Relay\Faults;
use Pinrelay\WooCommerce\Settings\EventNames;
use Pinrelay\WooCommerce\Site\HostName;
use Pinrelay\WooCommerce\Storefront\Bots;
use Pinrelay\WooCommerce\Storefront\BuyerCookie;
use Pinrelay\WooCommerce\Storefront\ClientAddress;
use Pinrelay\WooCommerce\Storefront\PageUrl;
use Pinrelay\WooCommerce\Storefront\VisitorId;

/**
 * Takes events that were born in a browser and hands them to the extension. One class for two entrances: collect.php,
 * which does not boot WordPress, and the REST route for hosts that forbid it.
 *
 * The body is JSON: {url, language, events: [{id, facts, signature} | {id, name, data, facts, signature}]}. What the
 * shop has signed is taken at its word; of what a page's script tells by itself, with a permit that the page holds,
 * words and product ids alone (TrackedData). The answer is a status and nothing else: 204 taken, 400 not understood or
 * not signed, 403 not from a page of this shop, 413 too long, 429 too many, 503 no space (the spool refuses visits
 * first, so that orders still fit). Whatever is not captured is counted by its reason (DropCount), also where the
 * answer is 204.
 */
final class Collector
{
    private const MOST_EVENTS = 10;
    /** As many events of an address. */
    private const REPORT_WEIGHT = 5;
    private const UUID = '/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/D';

    private readonly DropCount $drops;

    /** @param \Closure(array<string, mixed>): Relay $open a Relay for these options */
    public function __construct(
        private readonly Config $config,
        private readonly Rate $rate,
        private readonly \Closure $open,
    ) {
        $this->drops = DropCount::of($config);
    }

    /** @return int HTTP status */
    public function answer(Beacon $beacon, int $now): int
    {
        if (strlen($beacon->body) > Beacon::MOST_BYTES) {
            return $this->drop(413, DropCount::INVALID);
        }
        if (!in_array($beacon->sender(), $this->config->hosts, true)) {
            return $this->drop(403, DropCount::FOREIGN_ORIGIN);
        }
        if ($beacon->method !== 'POST') {
            return $this->drop(400, DropCount::INVALID);
        }
        $server = ['REMOTE_ADDR' => $beacon->ip] + $beacon->headers;
        $ip = ClientAddress::of($server, $this->config->trustedHeaders);
        $said = json_decode($beacon->body, true, 8);
        if (is_array($said) && (isset($said['visitor']) || isset($said['browser']))) {
            return $this->leave($beacon, $said, $ip, $now);
        }
        if ($this->isRefused($beacon)) {
            return $this->drop(204, DropCount::CONSENT);
        }
        if (Bots::isBot($beacon->userAgent)) {
            return $this->drop(204, DropCount::BOT, Bots::name($beacon->userAgent));
        }
        // A private address is a proxy's: all visitors share it.
        $count = is_array($said) && is_array($said['events'] ?? null) ? max(1, count($said['events'])) : 1;
        if ($ip !== '' && !$this->rate->take($ip, $now, $count)) {
            $this->drops->add(DropCount::RATE, '', $count);
            return 429;
        }
        $events = $this->events($beacon, $said, $ip, $now);
        if ($events === null) {
            return 400;
        }
        if ($ip !== '') {
            $this->drops->passed($now);
        }
        return $this->capture($events, $server);
    }

    /**
     * For where REST is closed to guests: what became of a browser half, or consent that was taken back. Both need the
     * database, so they are left for WordPress; what waits in the spool under the visitor's id is taken back at once.
     *
     * @param array<mixed> $said
     */
    private function leave(Beacon $beacon, array $said, string $ip, int $now): int
    {
        $isReport = isset($said['browser']);
        if (!$this->rate->take($ip, $now, $isReport ? self::REPORT_WEIGHT : Withdrawal::WEIGHT)) {
            return $this->drop(429, DropCount::RATE);
        }
        $visitor = VisitorId::read([VisitorId::COOKIE => $said['visitor'] ?? '']);
        if ($isReport) {
            $message = ['browser' => $said['browser'], 'token' => $said['token'] ?? ''];
        } elseif ($visitor !== '' && $this->isRefused($beacon)) {
            $message = ['visitor' => $visitor, 'buyer' => $beacon->cookies[BuyerCookie::NAME] ?? '', 'at' => $now];
            try {
                ($this->open)($this->config->relay)->withdrawVisitor($visitor);
            } catch (\Throwable) {
                // WordPress does it again.
            }
        } else {
            return 204;
        }
        return Inbox::of($this->config)->put($message) ? 204 : $this->drop(503, DropCount::SPOOL);
    }

    private function isRefused(Beacon $beacon): bool
    {
        return Consent::isRefusedBy($beacon->cookies, $this->config->consent, $this->config->consentPrefix);
    }

    private function drop(int $status, string $reason, string $detail = ''): int
    {
        $this->drops->add($reason, $detail);
        return $status;
    }

    /** @return ?list<array<string, mixed>> for the extension; null when anything about them is not as it must be */
    private function events(Beacon $beacon, mixed $said, string $ip, int $now): ?array
    {
        $list = is_array($said) ? ($said['events'] ?? null) : null;
        $url = is_array($said) ? ($said['url'] ?? null) : null;
        if (!is_array($list) || $list === [] || count($list) > self::MOST_EVENTS || !is_string($url)) {
            $this->drops->add(DropCount::INVALID);
            return null;
        }
        if (!in_array(HostName::of($url), $this->config->hosts, true)) {
            $this->drops->add(DropCount::FOREIGN_ORIGIN);
            return null;
        }
        $visit = $this->visit($beacon, $url, $ip, self::language($said));
        $events = [];
        foreach ($list as $one) {
            $event = is_array($one) ? $this->event($one, $now) : null;
            if ($event === null) {
                // With one of them all are refused.
                $this->drops->add(DropCount::NOT_SIGNED, '', count($list));
                return null;
            }
            // A half that was switched off since the page was cached is not told any more.
            if (in_array($event['event_name'], $this->config->events, true)) {
                $events[] = ['event_time' => $now] + $event + $visit;
            } else {
                $this->drops->add(DropCount::SWITCHED_OFF, $event['event_name']);
            }
        }
        return $events;
    }

    /**
     * @param array<mixed> $one
     * @return ?array<string, mixed> with name and id
     */
    private function event(array $one, int $now): ?array
    {
        $id = $one['id'] ?? null;
        if (!is_string($id) || preg_match(self::UUID, $id) !== 1) {
            return null;
        }
        $facts = $one['facts'] ?? null;
        $signature = $one['signature'] ?? null;
        if (isset($one['name'])) {
            $event = ['event_name' => $one['name']] + TrackedData::clean($one['data'] ?? null);
            $permitted = PageFacts::permitted($facts, $signature, $this->config->key, $now);
            $allowed = array_intersect(EventNames::TRACKED, $permitted);
        } else {
            $isText = is_string($facts) && is_string($signature);
            $event = $isText ? PageFacts::read($facts, $signature, $this->config->key, $now) : null;
            $allowed = EventNames::ON_PAGES;
        }
        return in_array($event['event_name'] ?? null, $allowed, true) ? ['event_id' => $id] + $event : null;
    }

    /** @return array<string, mixed> what all events of one page have in common */
    private function visit(Beacon $beacon, string $url, string $ip, string $language): array
    {
        $visit = Visit::part($this->context($beacon, $url, $ip, $language)) + ['user' => []];
        $visit['user'] += LimitedData::place($visit['user'], $beacon->state, $this->config->ldpStates);
        return $visit + LimitedData::part($visit['user'], $this->config->ldpStates);
    }

    /** @return array<string, string> as Storefront\Visitor::context() */
    private function context(Beacon $beacon, string $url, string $ip, string $language): array
    {
        parse_str((string) parse_url($url, PHP_URL_QUERY), $query);
        $click = ($beacon->cookies['_epik'] ?? '') ?: ($query['epik'] ?? '');
        return [
            'ip' => $ip,
            'user_agent' => $beacon->userAgent,
            // As in Storefront\Visitor: a plus sign belongs to it.
            'click_id' => is_string($click) ? strtr($click, ' ', '+') : '',
            'external_id' => VisitorId::read($beacon->cookies),
            'url' => PageUrl::clean($url, $url, $this->config->parameters),
            'language' => $language,
            'opt_out' => ($beacon->headers['HTTP_SEC_GPC'] ?? '') === '1' ? '1' : '',
        ];
    }

    /**
     * A shop may speak several languages, and only its page knows which. What a page has signed of it goes first.
     *
     * @param array<mixed> $said
     */
    private static function language(array $said): string
    {
        $language = $said['language'] ?? '';
        return is_string($language) && preg_match('/^[a-z]{2}$/D', $language) === 1 ? $language : '';
    }

    /**
     * @param list<array<string, mixed>> $events
     * @param array<string, string>      $server REMOTE_ADDR and HTTP_*
     */
    private function capture(array $events, array $server): int
    {
        $status = 204;
        $left = count($events);
        try {
            $relay = $events === [] ? null : ($this->open)($this->config->relay);
            foreach ($events as $event) {
                try {
                    $relay->capture($event);
                } catch (InvalidEventException $invalid) {
                    $status = Faults::areOfVisitor($invalid) ? $status : 400;
                    $this->drops->add(...Faults::reason($invalid, $event, $server));
                }
                $left--;
            }
        } catch (\Throwable $thrown) {
            $this->drops->add(DropCount::SPOOL, '', $left);
            if ($thrown instanceof SpoolException) {
                return 503;
            }
            throw $thrown;
        }
        return $status;
    }
}
