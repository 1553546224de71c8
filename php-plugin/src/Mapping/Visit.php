<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * The part of an event that the visit knows, from the context that Storefront\Visitor saved: the page, its language,
 * and who was looking. Values stay raw; the extension normalises and hashes.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class Visit
{
    /**
     * @param array<string, mixed> $context keys of Visitor::context(); any may be missing
     * @param array<string, string> $person keys of `user` that somebody else knows (e-mail, name, address); the visit's
     *     own word wins, so both halves carry the same external_id. Empty ones are left out
     * @return array<string, mixed> event_source_url, language, opt_out and user, each only when known
     */
    public static function part(array $context, array $person = []): array
    {
        $user = ['ip', 'user_agent', 'click_id', 'external_id'];
        $seen = array_filter(
            array_map('strval', array_filter($context, 'is_scalar')),
            static fn (string $value): bool => $value !== '',
        );
        $known = array_filter($person, static fn (string $value): bool => $value !== '');

        return array_filter([
            'event_source_url' => $seen['url'] ?? null,
            'language' => $seen['language'] ?? null,
            'opt_out' => isset($seen['opt_out']),
            'user' => array_intersect_key($seen, array_flip($user)) + $known,
        ]);
    }
}
