<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

use Pinrelay\WooCommerce\Collect\DropCount;

/** Says in plain words, after a number, what was dropped before it reached the extension. Plain text. */
final class Drops
{
    private const MOST_NAMES = 5;

    /** @param array<string, int> $by by detail, the most first */
    public static function say(string $reason, array $by = []): string
    {
        $words = match ($reason) {
            DropCount::BOT => __('visits of search engines and other bots', 'pinrelay'),
            DropCount::PRIVATE_ADDRESS => __('events of visitors whose address a proxy hides', 'pinrelay'),
            DropCount::NO_MATCH_KEY => __('events of visitors whom Pinterest could not recognize', 'pinrelay'),
            DropCount::RATE => __('events from an address that sent too many', 'pinrelay'),
            DropCount::NOT_SIGNED => __('events that this shop has not signed', 'pinrelay'),
            DropCount::FOREIGN_ORIGIN => __('events from pages of another address than the shop\'s', 'pinrelay'),
            DropCount::CONSENT => __('events of visitors who did not agree', 'pinrelay'),
            DropCount::SWITCHED_OFF => __('events that are switched off in the settings', 'pinrelay'),
            DropCount::SPOOL => __('events for which the server had no room', 'pinrelay'),
            DropCount::INVALID => __('events that were not as they must be', 'pinrelay'),
            DropCount::STAFF => __('events of people who look after the shop', 'pinrelay'),
            DropCount::FOREIGN_CART => __('carts that were no shopper\'s own', 'pinrelay'),
            default => sprintf(
                /* translators: %s: a reason in one technical word */
                __('left out (%s)', 'pinrelay'),
                $reason,
            ),
        };
        $names = [];
        foreach (array_slice($by, 0, self::MOST_NAMES, true) as $name => $count) {
            $names[] = sprintf('%s: %s', $name, number_format_i18n($count));
        }
        return $names === [] ? $words : sprintf('%s (%s)', $words, implode(', ', $names));
    }
}
