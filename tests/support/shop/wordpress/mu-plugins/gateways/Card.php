<?php

declare(strict_types=1);

namespace PinrelayTest;

/**
 * Settles at once, like a card. A shopper whose last name is "Declined" is
 * declined: the order fails, and may be paid by another attempt.
 */
final class Card extends \WC_Payment_Gateway
{
    public function __construct()
    {
        $this->id = 'pinrelay_card';
        $this->title = 'Test card';
        $this->has_fields = false;
        $this->supports = ['products'];
        $this->enabled = 'yes';
    }

    /** @param int $orderId */
    public function process_payment($orderId)
    {
        $order = wc_get_order($orderId);
        if ($order->get_billing_last_name() === 'Declined') {
            $order->update_status('failed', 'The test card was declined.');
            wc_add_notice('The test card was declined.', 'error');
            return ['result' => 'failure'];
        }
        $order->payment_complete("test-$orderId");
        WC()->cart->empty_cart();
        return ['result' => 'success', 'redirect' => $this->get_return_url($order)];
    }
}
