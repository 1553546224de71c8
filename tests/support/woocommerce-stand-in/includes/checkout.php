<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

/** What both checkouts share: an order from the cart, and its payment. */
final class StandInCheckout
{
    public const BILLING = [
        'email', 'phone', 'first_name', 'last_name', 'address_1', 'city', 'state', 'postcode', 'country',
    ];

    /** @param array<string, string> $billing without the prefix */
    public static function fill(WC_Order $order, array $billing, string $gateway, string $via): void
    {
        foreach (self::BILLING as $field) {
            $order->{"set_billing_$field"}($billing[$field] ?? '');
        }
        $lines = array_map(static function (array $line): array {
            $sum = number_format($line['quantity'] * (float) $line['data']->get_price(), 2, '.', '');
            return [
                'name' => $line['data']->get_name(), 'product_id' => $line['product_id'],
                'quantity' => $line['quantity'], 'subtotal' => $sum, 'total' => $sum,
            ];
        }, array_values(WC()->cart->get_cart()));
        $order->set_lines($lines);
        $order->set_total(WC()->cart->total());
        $order->set_currency(get_woocommerce_currency());
        $order->set_created_via($via);
        $order->set_customer_id(get_current_user_id());
        $order->set_customer_ip_address((string) ($_SERVER['REMOTE_ADDR'] ?? ''));
        $order->set_customer_user_agent((string) ($_SERVER['HTTP_USER_AGENT'] ?? ''));
        $order->set_payment_method($gateway);
        $order->set_payment_method_title(WC()->payment_gateways()->payment_gateways()[$gateway]->get_title());
        $order->set_order_key($order->get_order_key() ?: 'wc_order_' . wp_generate_password(13, false));
    }

    /** The order that this session left unpaid, if the cart is still the same. */
    public static function awaiting(): ?WC_Order
    {
        $order = wc_get_order(WC()->session->get('order_awaiting_payment') ?: 0);
        $isOfThisCart = WC()->session->get('order_awaiting_payment_of') === WC()->cart->get_cart_hash();
        return $order && $isOfThisCart && $order->has_status(['pending', 'failed']) ? $order : null;
    }

    /** @return array{result: string, redirect?: string} */
    public static function pay(WC_Order $order): array
    {
        WC()->session->set('order_awaiting_payment', $order->get_id());
        WC()->session->set('order_awaiting_payment_of', WC()->cart->get_cart_hash());
        $gateway = WC()->payment_gateways()->get_available_payment_gateways()[$order->get_payment_method()];
        return $gateway->process_payment($order->get_id());
    }

    /**
     * @param array<string, string> $billing
     * @return list<string> what a shopper has to correct
     */
    public static function faults(array $billing, string $gateway): array
    {
        $required = ['email', 'first_name', 'last_name', 'address_1', 'city', 'postcode', 'country'];
        $missing = array_filter($required, static fn(string $field): bool => ($billing[$field] ?? '') === '');
        $message = static fn(string $field): string => "Billing $field is a required field.";
        $faults = array_map($message, array_values($missing));
        if (WC()->cart->is_empty()) {
            $faults[] = 'Your cart is empty.';
        }
        if (!isset(WC()->payment_gateways()->get_available_payment_gateways()[$gateway])) {
            $faults[] = 'Invalid payment method.';
        }
        return $faults;
    }
}
