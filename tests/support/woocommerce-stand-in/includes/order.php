<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

class WC_DateTime extends DateTime
{
}

abstract class WC_Abstract_Order extends WC_Data
{
}

/** An order as a hidden post. Its status hooks fire when it is saved, in WooCommerce's order. */
class WC_Order extends WC_Abstract_Order
{
    private const PAID = ['processing', 'completed'];
    private const UNPAID = ['pending', 'failed', 'cancelled'];

    private ?string $from = null;

    protected static function defaults(): array
    {
        return [
            'status' => 'pending', 'currency' => 'EUR', 'created_via' => '', 'customer_id' => 0, 'parent_id' => 0,
            'payment_method' => '', 'payment_method_title' => '', 'transaction_id' => '', 'order_key' => '',
            'total' => '0', 'total_tax' => '0', 'shipping_total' => '0', 'shipping_tax' => '0', 'discount_total' => '0',
            'cart_tax' => '0', 'coupon_codes' => [], 'fees' => [], 'lines' => [], 'customer_ip_address' => '',
            'customer_user_agent' => '', 'created' => 0, 'paid' => 0, 'completed' => 0, 'modified' => 0,
            'meta' => [],
            'billing_email' => '', 'billing_phone' => '', 'billing_first_name' => '', 'billing_last_name' => '',
            'billing_address_1' => '', 'billing_city' => '', 'billing_state' => '', 'billing_postcode' => '',
            'billing_country' => '',
        ];
    }

    public function __construct(int $id = 0)
    {
        parent::__construct();
        if ($id !== 0 && !(get_post_type($id) === 'shop_order' && $this->load($id))) {
            throw new Exception('Invalid order.');
        }
    }

    public function save(): int
    {
        $this->data['modified'] = time();
        if ($this->id === 0) {
            $this->data['created'] = time();
            $post = ['post_type' => 'shop_order', 'post_status' => 'publish', 'post_title' => 'Order'];
            $this->id = wp_insert_post($post);
            $this->store();
            do_action('woocommerce_new_order', $this->id, $this);
        } else {
            $this->store();
            do_action('woocommerce_update_order', $this->id, $this);
        }
        $this->announce();
        return $this->id;
    }

    public function set_status(string $status): void
    {
        $this->from = $this->data['status'];
        $this->data['status'] = preg_replace('/^wc-/', '', $status);
        if ($this->data['status'] === 'completed') {
            $this->data['completed'] = time();
        }
    }

    public function update_status(string $status, string $note = ''): bool
    {
        $this->set_status($status);
        $this->save();
        return true;
    }

    private function announce(): void
    {
        $from = $this->from;
        $to = $this->data['status'];
        $this->from = null;
        if ($from === null || $from === $to) {
            return;
        }
        do_action("woocommerce_order_status_$to", $this->id, $this, []);
        do_action("woocommerce_order_status_{$from}_to_$to", $this->id, $this);
        do_action('woocommerce_order_status_changed', $this->id, $from, $to, $this);
        if (in_array($from, self::UNPAID, true) && in_array($to, self::PAID, true)) {
            do_action('woocommerce_order_payment_status_changed', $this->id, $this);
        }
    }

    public function payment_complete(string $transactionId = ''): bool
    {
        do_action('woocommerce_pre_payment_complete', $this->id, $transactionId);
        if (!$this->has_status(['on-hold', 'pending', 'failed', 'cancelled'])) {
            return false;
        }
        $this->data['transaction_id'] = $transactionId;
        $this->data['paid'] = time();
        $this->set_status('processing');
        $this->save();
        do_action('woocommerce_payment_complete', $this->id, $transactionId);
        return true;
    }

    public function has_status(string|array $status): bool
    {
        return in_array($this->data['status'], (array) $status, true);
    }

    public function needs_payment(): bool
    {
        return $this->has_status(['pending', 'failed']) && (float) $this->get_total() > 0;
    }

    public function is_paid(): bool
    {
        return $this->has_status(self::PAID);
    }

    public function get_type(): string
    {
        return 'shop_order';
    }

    public function get_order_number(): string
    {
        return (string) $this->id;
    }

    public function get_user_id(): int
    {
        return (int) $this->data['customer_id'];
    }

    public function key_is_valid(string $key): bool
    {
        return hash_equals($this->data['order_key'], $key);
    }

    public function set_date_created(int $time): void
    {
        $this->data['created'] = $time;
    }

    public function get_date_created(): WC_DateTime
    {
        return new WC_DateTime('@' . $this->data['created']);
    }

    public function get_date_modified(): WC_DateTime
    {
        return new WC_DateTime('@' . $this->data['modified']);
    }

    public function get_date_paid(): ?WC_DateTime
    {
        return $this->data['paid'] ? new WC_DateTime('@' . $this->data['paid']) : null;
    }

    public function get_date_completed(): ?WC_DateTime
    {
        return $this->data['completed'] ? new WC_DateTime('@' . $this->data['completed']) : null;
    }

    public function get_meta(string $key): mixed
    {
        return $this->data['meta'][$key] ?? '';
    }

    public function update_meta_data(string $key, mixed $value): void
    {
        $this->data['meta'][$key] = $value;
    }

    /** @return array<int, WC_Order_Item_Product> */
    public function get_items(string|array $types = 'line_item'): array
    {
        $lines = in_array('line_item', (array) $types, true) ? $this->data['lines'] : [];
        $ids = array_map(fn(int $at): int => $this->id * 1000 + $at, array_keys($lines));
        return $lines === [] ? [] : array_combine($ids, array_map(WC_Order_Item_Product::of(...), $ids, $lines));
    }

    public function get_edit_order_url(): string
    {
        return admin_url("post.php?post={$this->id}&action=edit");
    }

    public function get_checkout_order_received_url(): string
    {
        $page = trailingslashit((string) get_permalink(wc_get_page_id('checkout')));
        return add_query_arg('key', $this->data['order_key'], "{$page}order-received/{$this->id}/");
    }
}
