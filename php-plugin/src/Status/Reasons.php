<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

/**
 * Says in plain words what reconciliation did with an order, or why it left it alone (Orders\ReconcileRules). Plain
 * text: whoever prints it escapes it.
 */
final class Reasons
{
    public static function say(string $reason): string
    {
        return match ($reason) {
            'send_on_time' => __('Not told yet, and still in time.', 'pinrelay'),
            'send_late' => __('Not told yet, and goes late: the browser is not known to have told of it.', 'pinrelay'),
            'covered' => __('Told by the browser; too late to be told by the server as well.', 'pinrelay'),
            'expired' => __('Too old: Pinterest takes the sales of the last seven days only.', 'pinrelay'),
            'tag_only' => __('Only the browser tells of orders, by your settings.', 'pinrelay'),
            'waiting' => __('With the sender already.', 'pinrelay'),
            'too_young' => __('Came in just now; the checkout may still be at work on it.', 'pinrelay'),
            'before' => __('Placed before Pinrelay was activated.', 'pinrelay'),
            'switched_off' => __('Sold while sending from the server was switched off.', 'pinrelay'),
            'no_sale' => __('Cancelled, failed, refunded or in the trash.', 'pinrelay'),
            'not_yet' => __('Does not count yet, for example because it is not paid.', 'pinrelay'),
            'held' => __('In a status that you wait for: it may still change.', 'pinrelay'),
            'sub_order' => __('Part of another order.', 'pinrelay'),
            'other_source' => __('Not of the shop\'s own checkout, nor of another kind that you count.', 'pinrelay'),
            'filtered' => __('Left out by other code in your shop (filter pinrelay_accept_order).', 'pinrelay'),
            'refused' => __('The shopper did not agree that Pinterest is told.', 'pinrelay'),
            'no_order' => __('The order is gone.', 'pinrelay'),
            'unreadable' => __('Could not be read; the log has the error.', 'pinrelay'),
            'delivered' => __('Told already.', 'pinrelay'),
            'rejected' => __('Pinterest refused it; see the refused events.', 'pinrelay'),
            'unconfirmed' => __('Told, without a clear answer of Pinterest.', 'pinrelay'),
            'withdrawn' => __('Taken back before it was told, or left out by other code in your shop.', 'pinrelay'),
            'invalid' => __('Not fit to be sent; the order\'s entry has the reason.', 'pinrelay'),
            default => Words::verdict($reason),
        };
    }
}
