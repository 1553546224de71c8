<?php

/** An order as far as the plugin reads one, and the functions that find it. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects, PSR1.Classes, Squiz.Classes -- WooCommerce's own names
// phpcs:disable PSR1.Methods.CamelCapsMethodName -- as in WooCommerce
// phpcs:disable Squiz.Functions.GlobalFunction

use Pinrelay\WooCommerce\Tests\Support\Site;

final class WooCommerce
{
    public ?WC_Session $session = null;
    public ?WC_Cart $cart = null;
    public ?object $customer = null;

    /** What the request's cookie opens. */
    public ?WC_Session $stored = null;

    /** A customer's own session is destroyed where he is not signed in. */
    public function initialize_session(): void
    {
        $isForeign = $this->stored !== null && !str_starts_with($this->stored->customer, 't_')
            && $this->stored->customer !== (string) \Pinrelay\WooCommerce\Storefront\get_current_user_id();
        if ($isForeign) {
            $this->stored->data = [];
        }
        $this->session ??= $isForeign || $this->stored === null ? new WC_Session('t_new') : $this->stored;
    }
}

function WC(): WooCommerce
{
    return Site::$woocommerce ??= new WooCommerce();
}

final class WC_Session
{
    /** @param array<string, mixed> $data */
    public function __construct(public string $customer = '', public array $data = [])
    {
    }

    public function get_customer_id(): string
    {
        return $this->customer;
    }

    public function get(string $key, mixed $default = null): mixed
    {
        return $this->data[$key] ?? $default;
    }

    public function set(string $key, mixed $value): void
    {
        $this->data[$key] = $value;
    }
}

final class WC_Cart
{
    /** @param array<string, array<string, mixed>> $items */
    public function __construct(public array $items = [])
    {
    }

    /** @return array<string, array<string, mixed>> */
    public function get_cart_contents(): array
    {
        return $this->items;
    }
}

final class WC_Order_Item_Product
{
    public function __construct(private readonly int $product)
    {
    }

    public function get_product_id(): int
    {
        return $this->product;
    }

    public function get_variation_id(): int
    {
        return 0;
    }
}

abstract class WC_Abstract_Order
{
    /** @var array<string, mixed> */
    public array $data;
    /** WooCommerce rounds the total as it reads an order. */
    private readonly int $decimals;

    /** @param array<string, mixed>|int $data over a paid order of the shop's own checkout; an id: read from the database */
    public function __construct(array|int $data = [])
    {
        $this->decimals = wc_get_price_decimals();
        if (is_int($data)) {
            $this->data = Site::$orders[$data]->data;
            return;
        }
        $this->data = $data;
        $this->data += [
            'id' => 71,
            'type' => 'shop_order',
            'order_key' => 'wc_order_71',
            'status' => 'processing',
            'created_via' => 'checkout',
            'parent_id' => 0,
            'payment_method' => 'card',
            'date_paid' => null,
            'date_completed' => null,
            'date_modified' => null,
            'date_created' => new DateTimeImmutable('@1795000000'),
            'currency' => 'EUR',
            'total' => '19.90',
            'billing_email' => 'ada@shopper.example',
        ];
        Site::$orders[$this->data['id']] = $this;
    }

    public function is_paid(): bool
    {
        return in_array($this->data['status'], ['processing', 'completed'], true);
    }

    public function get_order_number(): string
    {
        return (string) $this->data['id'];
    }

    /** @return list<object> */
    public function get_items(): array
    {
        return $this->data['items'] ?? [];
    }

    /** @return list<object> */
    public function get_fees(): array
    {
        return [];
    }

    /** @return list<string> */
    public function get_coupon_codes(): array
    {
        return [];
    }

    public function key_is_valid(string $key): bool
    {
        return hash_equals($this->data['order_key'], $key);
    }

    public function save(): never
    {
        throw new LogicException('The plugin must not save an order in its own hooks.');
    }

    public function get_meta(string $key): mixed
    {
        return $this->data['meta'][$key] ?? '';
    }

    /** get_status(), get_total() and so on: what was given, or nothing. */
    public function __call(string $method, array $arguments): mixed
    {
        $name = substr($method, strlen('get_'));
        $value = array_key_exists($name, $this->data) ? $this->data[$name] : '';
        if ($name === 'total') {
            $value = number_format((float) $value, $this->decimals, '.', '');
        }
        // As WooCommerce does where something is read to be shown.
        return ($arguments[0] ?? 'view') === 'view' && is_string($value)
            ? apply_filters("woocommerce_order_get_{$name}", $value, $this)
            : $value;
    }
}

class WC_Order extends WC_Abstract_Order
{
}

class WC_Order_Refund extends WC_Abstract_Order
{
}

function wc_get_order(mixed $id): WC_Order|false
{
    return Site::$orders[(int) $id] ?? false;
}

function wc_get_order_id_by_order_key(string $key): int
{
    $found = array_filter(Site::$orders, static fn (WC_Order $order): bool => $order->data['order_key'] === $key);
    return (int) (array_key_first($found) ?? 0);
}

/** Ids by time of change or placement, as ReconcilePages asks for them; every question is kept. */
function wc_get_orders(array $query): array
{
    Site::$queries[] = $query;
    $by = isset($query['date_modified']) ? 'date_modified' : 'date_created';
    [$from, $to] = array_map('intval', explode('...', $query[$by]));
    $time = static fn (WC_Order $order): int => (int) $order->data[$by]?->getTimestamp();
    $found = array_filter(Site::$orders, static fn (WC_Order $order): bool =>
        $time($order) >= $from && $time($order) <= $to && in_array('wc-' . $order->data['status'], $query['status']));
    usort($found, static fn (WC_Order $a, WC_Order $b): int =>
        [$time($a), $a->data['id']] <=> [$time($b), $b->data['id']]);
    $page = array_slice($found, $query['offset'], $query['limit']);
    return array_map(static fn (WC_Order $order): int => $order->data['id'], $page);
}

/** @return array<string, string> */
function wc_get_order_statuses(): array
{
    return array_fill_keys([
        'wc-pending', 'wc-processing', 'wc-on-hold', 'wc-completed', 'wc-cancelled', 'wc-refunded', 'wc-failed',
        'wc-checkout-draft', 'wc-shipped',
    ], '');
}

/** @return list<string> as where another plugin has added one */
function wc_get_is_paid_statuses(): array
{
    return ['processing', 'completed', 'shipped'];
}

function wc_get_price_decimals(): int
{
    return (int) apply_filters('wc_get_price_decimals', Site::$decimals);
}
