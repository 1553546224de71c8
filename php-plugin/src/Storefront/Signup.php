<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Mapping\Visit;

/**
 * A visitor makes an account: on the account page, at either checkout, or by WordPress' own form. Accounts that others
 * make (the merchant, an import, a connected system) are none of a visitor's.
 */
final class Signup
{
    private const EVENT = 'signup';

    public function __construct(
        private readonly ServerEvents $events,
        private readonly Visitor $visitor,
    ) {
    }

    public function made(mixed $userId): void
    {
        if (!$this->events->wants(self::EVENT)) {
            return;
        }
        $user = is_numeric($userId) ? get_userdata((int) $userId) : false;
        // A visitor who makes his account is nobody yet, or has just been logged in as this one.
        if ($user === false || !in_array(get_current_user_id(), [0, $user->ID], true) || !self::isInABrowser()) {
            return;
        }
        $this->events->report(
            ['event_name' => self::EVENT, 'event_time' => time()]
                + Visit::part($this->visitor->context(), ['email' => (string) $user->user_email]),
            $user->ID,
        );
    }

    private static function isInABrowser(): bool
    {
        return !wp_doing_cron() && !(defined('WP_CLI') && WP_CLI);
    }
}
