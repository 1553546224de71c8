<?php

declare(strict_types=1);

namespace PinrelayTest;

/**
 * Sends the shopper away and hears of the payment by a webhook:
 * GET /?wc-api=pinrelay_offsite&order=<id>&paid=1 (or paid=0: the payment failed).
 * The payment page is the test's affair: the redirect goes to a path that does
 * not exist and carries the way back.
 */
final class Offsite extends \WC_Payment_Gateway
{
    public function __construct()
    {
        $this->id = 'pinrelay_offsite';
        $this->title = 'Test off-site';
        $this->has_fields = false;
        $this->supports = ['products'];
        $this->enabled = 'yes';
        add_action('woocommerce_api_pinrelay_offsite', [self::class, 'webhook']);
    }

    /** @param int $orderId */
    public function process_payment($orderId)
    {
        $order = wc_get_order($orderId);
        return [
            'result' => 'success',
            'redirect' => add_query_arg(
                ['order' => $orderId, 'back' => rawurlencode($this->get_return_url($order))],
                home_url('/pay-elsewhere/')
            ),
        ];
    }

    public static function webhook(): void
    {
        $order = wc_get_order(absint($_GET['order'] ?? 0));
        if (($_GET['paid'] ?? '') === '1') {
            $order->payment_complete("offsite-{$order->get_id()}");
        } else {
            $order->update_status('failed', 'The off-site payment failed.');
        }
        wp_die('noted', '', ['response' => 200]);
    }
}
