<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

final class WC_Cart
{
    public function __construct(private readonly WC_Session_Handler $session)
    {
    }

    /** @return string|false the cart item's key */
    public function add_to_cart(int $productId, int $quantity = 1): string|false
    {
        $product = wc_get_product($productId);
        if (!$product || $quantity < 1 || !$product->is_purchasable()) {
            return false;
        }
        $key = md5((string) $productId);
        $lines = $this->lines();
        $lines[$key] = ['product_id' => $productId, 'quantity' => ($lines[$key]['quantity'] ?? 0) + $quantity];
        $this->session->set('cart', $lines);
        do_action('woocommerce_add_to_cart', $key, $productId, $quantity, 0, [], []);
        $this->session->set_customer_session_cookie(true);
        return $key;
    }

    /** @return array<string, array<string, mixed>> */
    public function get_cart(): array
    {
        return array_map(static fn(array $line): array => [
            'product_id' => $line['product_id'],
            'variation_id' => 0,
            'variation' => [],
            'quantity' => $line['quantity'],
            'data' => wc_get_product($line['product_id']),
        ], $this->lines());
    }

    /** @return array<string, array<string, mixed>> */
    public function get_cart_contents(): array
    {
        return $this->get_cart();
    }

    /** @return array<string, mixed>|array{} */
    public function get_cart_item(string $key): array
    {
        return $this->get_cart()[$key] ?? [];
    }

    public function is_empty(): bool
    {
        return $this->lines() === [];
    }

    public function get_cart_hash(): string
    {
        return md5((string) wp_json_encode($this->lines()));
    }

    public function total(): string
    {
        $sum = static fn(array $line): float => $line['quantity'] * (float) $line['data']->get_price();
        return number_format(array_sum(array_map($sum, $this->get_cart())), 2, '.', '');
    }

    public function empty_cart(): void
    {
        $this->session->set('cart', []);
        $this->session->set('order_awaiting_payment', null);
        do_action('woocommerce_cart_emptied', true);
    }

    /** @return array<string, array{product_id: int, quantity: int}> */
    private function lines(): array
    {
        return $this->session->get('cart', []);
    }
}
