<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Consent\Withdrawn;

/**
 * Keeps who fills a cart with that cart's session, once he has agreed: where a payment service's server places the
 * order later, which knows the cart and not the browser, it is still the visitor's. Ends with the session.
 */
final class CartVisitor
{
    private const KEY = 'pinrelay_visitor';

    private const REFUSAL = ['context' => [], 'consent' => Consent::REFUSED];

    public function __construct(
        private readonly Visitor $visitor,
        private readonly Consent $consent,
    ) {
    }

    public function keep(): void
    {
        $session = self::session();
        if ($session === null || Requester::isStaff() || !Requester::isBrowser()) {
            return;
        }
        $answer = $this->consent->answer();
        // What a banner writes before anybody has answered does not undo the answer of before.
        $isRefused = $answer === false && ($this->consent->isAnswered() || self::hasRefused());
        $kept = $answer === false ? ($isRefused ? self::REFUSAL : null) : [
            'context' => $this->visitor->context(),
            'consent' => $answer === true ? Consent::GRANTED : '',
        ];
        if ($session->get(self::KEY) !== $kept) {
            $session->set(self::KEY, $kept);
        }
    }

    /**
     * Who filled the cart of this request.
     *
     * @return ?array{context: array<string, string>, consent: ?bool} null where no browser was seen, or none agrees
     */
    public static function known(): ?array
    {
        $kept = self::session()?->get(self::KEY);
        $context = array_filter(is_array($kept['context'] ?? null) ? $kept['context'] : [], 'is_string');
        $browser = VisitorId::read([VisitorId::COOKIE => $context['external_id'] ?? '']);
        return $context === [] || Withdrawn::has($browser) ? null : [
            'context' => $context,
            'consent' => ($kept['consent'] ?? '') === Consent::GRANTED ? true : null,
        ];
    }

    /** Whether the visitor of this request's cart has said no, in his browser. */
    public static function hasRefused(): bool
    {
        return self::session()?->get(self::KEY) === self::REFUSAL;
    }

    /** Forgets him but for that, for a visitor who takes his consent back. */
    public static function forget(): void
    {
        $session = self::openSession();
        if ($session !== null && $session->get(self::KEY) !== self::REFUSAL) {
            $session->set(self::KEY, self::REFUSAL);
        }
    }

    /** WooCommerce's session of this request, null where it has loaded none, as in the admin area and in REST. */
    public static function session(): ?\WC_Session
    {
        $session = function_exists('WC') ? WC()->session ?? null : null;
        return $session instanceof \WC_Session ? $session : null;
    }

    /** The same, loaded where it was not. Only for requests of the visitor's own browser. */
    public static function openSession(): ?\WC_Session
    {
        if (function_exists('WC') && self::session() === null) {
            // REST takes nobody without a nonce for the customer he is, and WooCommerce destroys the session of a
            // customer who is not signed in.
            $user = get_current_user_id();
            wp_set_current_user((int) wp_validate_auth_cookie('', 'logged_in'));
            try {
                WC()->initialize_session();
            } finally {
                wp_set_current_user($user);
            }
        }
        return self::session();
    }
}
