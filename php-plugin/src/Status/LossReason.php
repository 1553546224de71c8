<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

/**
 * Why an event was not delivered: dropped before it reached the extension (Collect\DropCount), or given up by the
 * extension (Relay::status(), `lost`). Labels follow a number and are plain text: the caller escapes them.
 */
enum LossReason: string
{
    private const MOST_NAMES = 5;

    // Dropped before the extension.
    case Bot = 'bot';
    case PrivateAddress = 'private_address';
    case NoMatchKey = 'no_match_key';
    case RateLimited = 'rate';
    case NotSigned = 'not_signed';
    case ForeignOrigin = 'foreign_origin';
    case Consent = 'consent';
    case SwitchedOff = 'switched_off';
    case Spool = 'spool';
    case Invalid = 'invalid';
    case Staff = 'staff';
    case ForeignCart = 'foreign_cart';

    // Given up by the extension.
    case Stale = 'stale';
    case Expired = 'expired';
    case Unconfirmed = 'unconfirmed';
    case Purged = 'purged';
    case Damaged = 'damaged';
    case Torn = 'torn';
    case DeadLettersFull = 'dead_letters_full';
    case DeadLetterUnwritten = 'dead_letter_unwritten';

    public function label(): string
    {
        return match ($this) {
            self::Bot => __('visits of search engines and other bots', 'pinrelay'),
            self::PrivateAddress => __('events of visitors whose address a proxy hides', 'pinrelay'),
            self::NoMatchKey => __('events of visitors whom Pinterest could not recognize', 'pinrelay'),
            self::RateLimited => __('events from an address that sent too many', 'pinrelay'),
            self::NotSigned => __('events that this shop has not signed', 'pinrelay'),
            self::ForeignOrigin => __('events from pages of another address than the shop\'s', 'pinrelay'),
            self::Consent => __('events of visitors who did not agree', 'pinrelay'),
            self::SwitchedOff => __('events that are switched off in the settings', 'pinrelay'),
            self::Spool => __('events that the server could not store', 'pinrelay'),
            self::Invalid => __('invalid events', 'pinrelay'),
            self::Staff => __('events of people who manage the shop', 'pinrelay'),
            self::ForeignCart => __('carts that did not belong to a visitor of the shop', 'pinrelay'),
            self::Stale => __('visits that were more than an hour old when Pinterest could be reached', 'pinrelay'),
            self::Expired => __('older than seven days, which Pinterest does not accept', 'pinrelay'),
            self::Unconfirmed => __('sent five times without a clear response from Pinterest', 'pinrelay'),
            self::Purged => __('discarded by you', 'pinrelay'),
            self::Damaged, self::Torn => __('damaged on the server\'s disk', 'pinrelay'),
            self::DeadLettersFull => __('rejected by Pinterest, and too many to be kept for you to review', 'pinrelay'),
            self::DeadLetterUnwritten => __(
                'rejected by Pinterest, and not kept for you to review because the disk could not be written',
                'pinrelay',
            ),
        };
    }

    /** @param array<string, int> $by by detail, the most first */
    public static function labelOf(string $reason, array $by = []): string
    {
        $label = self::tryFrom($reason)?->label() ?? sprintf(
            /* translators: %s: a reason in one technical word */
            __('not delivered (%s)', 'pinrelay'),
            $reason,
        );
        $names = [];
        foreach (array_slice($by, 0, self::MOST_NAMES, true) as $name => $count) {
            $names[] = sprintf('%s: %s', $name, number_format_i18n($count));
        }
        return $names === [] ? $label : sprintf('%s (%s)', $label, implode(', ', $names));
    }
}
