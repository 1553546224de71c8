<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\Visit;
use Pinrelay\WooCommerce\Settings\EventNames;

/**
 * The action `pinrelay_track`, for what WooCommerce has no moment for: a lead, a subscription, a video.
 *
 *     do_action('pinrelay_track', 'lead', ['lead_type' => 'Newsletter', 'value' => '5.00', 'currency' => 'EUR']);
 *
 * The name is one of EventNames::TRACKED, the data fields of the extension's event array; who and where are added here,
 * so it is called in a request of the visitor's, and before the page's output for the sake of the browser half, which
 * goes by cookie. The shop's own code may speak of money, which no browser may.
 */
final class Tracked
{
    public const ACTION = 'pinrelay_track';

    private const FIELDS = [
        'value', 'currency', 'items', 'coupon', 'predicted_ltv', 'search_string', 'content_name', 'content_category',
        'content_brand', 'lead_type', 'video_title', 'property', 'user',
    ];

    public function __construct(
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
    ) {
    }

    /**
     * @param mixed $eventName one of EventNames::TRACKED
     * @param mixed $data      fields of the event array in pinrelay.stub.php
     */
    public function track(mixed $eventName, mixed $data = []): void
    {
        if (!in_array($eventName, EventNames::TRACKED, true)) {
            _doing_it_wrong(self::ACTION, sprintf(
                'The event is one of %s.',
                esc_html(implode(', ', EventNames::TRACKED)),
            ), '0.1.0');
            return;
        }
        if ($this->events->wants($eventName)) {
            $this->events->report(self::event($eventName, is_array($data) ? $data : [], $this->visitor->context()));
        }
    }

    /**
     * @param array<mixed>         $data
     * @param array<string, mixed> $context Visitor::context()
     * @return array<string, mixed>
     */
    public static function event(string $name, array $data, array $context): array
    {
        $data = array_intersect_key($data, array_flip(self::FIELDS));
        $person = is_array($data['user'] ?? null) ? array_map('strval', array_filter($data['user'], 'is_scalar')) : [];
        unset($data['user']);
        return ['event_name' => $name, 'event_time' => time()] + Visit::part($context, $person) + $data;
    }
}
