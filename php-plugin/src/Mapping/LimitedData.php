<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * Limited Data Processing: whether Pinterest has to be told that a law of a US state limits what it may do with this
 * person's data (CONTRACT 14). It goes by the address the person gave; nobody's state is guessed from an IP address.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class LimitedData
{
    /**
     * @param array<string, mixed> $user of an event: `state` and `country` as given
     * @return array{ldp?: true} for the event
     */
    public static function part(array $user, Settings $settings): array
    {
        $said = static fn (string $key): string => is_string($user[$key] ?? null) ? strtoupper(trim($user[$key])) : '';
        return $said('country') === 'US' && in_array($said('state'), $settings->ldpStates, true) ? ['ldp' => true] : [];
    }
}
