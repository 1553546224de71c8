<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

/**
 * What became of an order: the final verdict of its row, or why reconciliation left it alone (Orders\ReconcileRules).
 * Plain text: the caller escapes it.
 */
enum Verdict: string
{
    // Final.
    case Delivered = 'delivered';
    case Rejected = 'rejected';
    case Covered = 'covered';
    case Expired = 'expired';
    case Unconfirmed = 'unconfirmed';
    case Withdrawn = 'withdrawn';
    case Invalid = 'invalid';
    case Refused = 'refused';
    case TagOnly = 'tag_only';

    // Of reconciliation alone.
    case SendOnTime = 'send_on_time';
    case SendLate = 'send_late';
    case Waiting = 'waiting';
    case TooYoung = 'too_young';
    case Before = 'before';
    case SwitchedOff = 'switched_off';
    case NoSale = 'no_sale';
    case NotYet = 'not_yet';
    case Held = 'held';
    case SubOrder = 'sub_order';
    case OtherSource = 'other_source';
    case Filtered = 'filtered';
    case NoOrder = 'no_order';
    case Unreadable = 'unreadable';

    /** After a number: "12 delivered". */
    public function label(): string
    {
        return match ($this) {
            self::Delivered => __('delivered', 'pinrelay'),
            self::Rejected => __('rejected by Pinterest', 'pinrelay'),
            self::Covered => __('late, reported by the browser alone', 'pinrelay'),
            self::Expired => __('too old to be sent', 'pinrelay'),
            self::Unconfirmed => __('sent, without a clear response', 'pinrelay'),
            self::Withdrawn => __('cancelled before they were sent', 'pinrelay'),
            self::Invalid => __('invalid, not sent', 'pinrelay'),
            self::Refused => __('without consent', 'pinrelay'),
            self::TagOnly => __('reported by the browser alone', 'pinrelay'),
            default => $this->value,
        };
    }

    public function sentence(): string
    {
        return match ($this) {
            self::SendOnTime => __('Not sent yet, and still in time.', 'pinrelay'),
            self::SendLate => __('Not sent yet, and late: no report of the browser is known.', 'pinrelay'),
            self::Covered => __('Reported by the browser; too late to be sent by the server as well.', 'pinrelay'),
            self::Expired => __('Too old: Pinterest accepts sales of the last seven days only.', 'pinrelay'),
            self::TagOnly => __('Reported by the browser alone, by your settings.', 'pinrelay'),
            self::Waiting => __('Queued for sending already.', 'pinrelay'),
            self::TooYoung => __('Placed just now; the checkout may still be in progress.', 'pinrelay'),
            self::Before => __('Placed before Pinrelay was activated.', 'pinrelay'),
            self::SwitchedOff => __('Sold while sending from the server was switched off.', 'pinrelay'),
            self::NoSale => __('Cancelled, failed, refunded or in the trash.', 'pinrelay'),
            self::NotYet => __('Does not count yet, for example because it is not paid.', 'pinrelay'),
            self::Held => __('In a status that you wait for: it may still change.', 'pinrelay'),
            self::SubOrder => __('Part of another order.', 'pinrelay'),
            self::OtherSource => __('Not of the shop\'s own checkout, nor of another kind that you count.', 'pinrelay'),
            self::Filtered => __('Excluded by other code in your shop (filter pinrelay_accept_order).', 'pinrelay'),
            self::Refused => __('The customer did not consent to reporting to Pinterest.', 'pinrelay'),
            self::NoOrder => __('The order no longer exists.', 'pinrelay'),
            self::Unreadable => __('Could not be read; the log has the error.', 'pinrelay'),
            self::Delivered => __('Sent already.', 'pinrelay'),
            self::Rejected => __('Rejected by Pinterest; see the rejected events.', 'pinrelay'),
            self::Unconfirmed => __('Sent, without a clear response from Pinterest.', 'pinrelay'),
            self::Withdrawn => __('Withdrawn before it was sent, or excluded by other code in your shop.', 'pinrelay'),
            self::Invalid => __('Invalid, so not sent; the order\'s entry has the reason.', 'pinrelay'),
        };
    }

    public static function labelOf(string $verdict): string
    {
        return self::tryFrom($verdict)?->label() ?? $verdict;
    }

    public static function sentenceOf(string $reason): string
    {
        return self::tryFrom($reason)?->sentence() ?? $reason;
    }
}
