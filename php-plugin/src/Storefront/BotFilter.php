<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Collect\DropCount;

/** Drops the visits of bots before anything is made of them, and counts them, so that nothing is lost silently. */
final class BotFilter
{
    /** @param \Closure(): DropCount $drops */
    public function __construct(private readonly \Closure $drops)
    {
    }

    /** Whether this request's visitor is a program. It counts him when he is: ask once for an event. */
    public function drops(string $userAgent): bool
    {
        /**
         * Whether a visitor is a bot, whose visits Pinterest does not hear of.
         *
         * @param bool   $is_bot
         * @param string $user_agent
         */
        if (apply_filters('pinrelay_is_bot', Bots::isBot($userAgent), $userAgent) !== true) {
            return false;
        }
        ($this->drops)()->add(DropCount::BOT, Bots::name($userAgent));
        return true;
    }
}
