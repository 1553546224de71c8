<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

/**
 * Says in plain words, after a number, why the extension gave events up (Relay::status(), `lost`). Plain text: whoever
 * prints it escapes it.
 */
final class Losses
{
    public static function say(string $reason): string
    {
        return match ($reason) {
            'stale' => __('visits that were more than an hour old when Pinterest could be reached', 'pinrelay'),
            'expired' => __('older than seven days, which Pinterest does not take', 'pinrelay'),
            'unconfirmed' => __('sent five times without a clear answer of Pinterest', 'pinrelay'),
            'purged' => __('discarded by you', 'pinrelay'),
            'damaged', 'torn' => __('damaged on the server\'s disk', 'pinrelay'),
            'dead_letters_full' => __('refused by Pinterest, and too many to be kept for you to look at', 'pinrelay'),
            'dead_letter_unwritten' => __(
                'refused by Pinterest, and not kept for you to look at because the disk could not be written',
                'pinrelay',
            ),
            default => sprintf(
                /* translators: %s: a reason in one technical word */
                __('given up (%s)', 'pinrelay'),
                $reason,
            ),
        };
    }
}
