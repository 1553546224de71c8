<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * Limited Data Processing: whether Pinterest has to be instructed that a law of a US state limits what it may do with
 * this person's data (docs/wire-contract.md#consent). It goes by the address the person gave, and for one who gave none
 * by the state that Storefront\VisitorRegion has heard of.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class LimitedData
{
    /**
     * @param array<string, mixed> $user of an event: `state` and `country` as given
     * @param list<string> $states that the owner picked
     * @return array{ldp?: true} for the event
     */
    public static function part(array $user, array $states): array
    {
        $country = $user['country'] ?? '';
        return is_string($country) && strtoupper(trim($country)) === 'US'
            && in_array(UsState::code($user['state'] ?? ''), $states, true) ? ['ldp' => true] : [];
    }

    /**
     * For an event of somebody who has given no address.
     *
     * @param array<string, mixed> $user of the event
     * @param string $state Storefront\VisitorRegion::state()
     * @param list<string> $states that the owner picked
     * @return array{state?: string, country?: string} for `user`, which says where he is only so that the limit applies
     */
    public static function place(array $user, string $state, array $states): array
    {
        $isUnknown = empty($user['state']) && empty($user['country']);
        return $isUnknown && in_array($state, $states, true) ? ['state' => $state, 'country' => 'US'] : [];
    }
}
