<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Who the visitor is, as far as his account or this session's checkout has told the shop. Raw, for the extension to
 * hash; lives for one call, never in cacheable HTML, a cookie or a log.
 */
final class Customer
{
    /** @return array<string, string> keys of an event's `user`, each only when known */
    public static function known(): array
    {
        $customer = function_exists('WC') ? WC()->customer ?? null : null;
        if (!$customer instanceof \WC_Customer) {
            return [];
        }
        $email = (string) ($customer->get_billing_email() ?: $customer->get_email());
        if ($email === '') {
            // Without anybody's name on it, the address is the shop's own or a guess by geolocation.
            return [];
        }
        return array_filter([
            'email' => $email,
            'phone' => (string) $customer->get_billing_phone(),
            'first_name' => (string) ($customer->get_billing_first_name() ?: $customer->get_first_name()),
            'last_name' => (string) ($customer->get_billing_last_name() ?: $customer->get_last_name()),
            'city' => (string) $customer->get_billing_city(),
            'state' => (string) $customer->get_billing_state(),
            'postcode' => (string) $customer->get_billing_postcode(),
            'country' => (string) $customer->get_billing_country(),
        ], static fn (string $value): bool => $value !== '');
    }
}
