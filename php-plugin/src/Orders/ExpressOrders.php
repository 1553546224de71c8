<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\WooCommerce\Storefront\Requester;

/**
 * Sees the customer behind an express button: its plugin makes the order by itself, in a request of the customer's own
 * browser, out of what lies in his cart. None of the checkouts' hooks fires, and the order says nothing of its maker.
 *
 * Such an order is known by what it holds: all of it is, or was in this request, in the cart of the session that the
 * request's cookie opens. Where the shop's own checkout has made an order in the same request, others are parts of it.
 */
final class ExpressOrders
{
    /** @var array<int, true> orders made in this request, whose customer is not known yet */
    private array $made = [];
    /** Whether the shop's own checkout made one. */
    private bool $hasOwn = false;
    /** @var list<string> what a cart held that has been emptied since */
    private array $held = [];

    /** @param \Closure(\WC_Order): void $give the buyer's cookie */
    public function __construct(
        private readonly OrderHooks $orders,
        private readonly \Closure $give,
    ) {
    }

    public function made(mixed $id, mixed $order = null): void
    {
        $order = $order instanceof \WC_Order ? $order : wc_get_order((int) $id);
        if (!$order instanceof \WC_Order || $order->get_type() !== 'shop_order' || !self::isOfAPage()) {
            return;
        }
        if (OrderSource::isOnline((string) $order->get_created_via())) {
            $this->hasOwn = true;
        } else {
            $this->made[$order->get_id()] = true;
        }
    }

    public function saved(mixed $order): void
    {
        if (!$order instanceof \WC_Order || !isset($this->made[$order->get_id()]) || $this->hasOwn) {
            return;
        }
        $cart = [...$this->held, ...self::contents()];
        $lines = array_values(array_map(
            static fn (\WC_Order_Item_Product $item): string => self::name(
                $item->get_product_id(),
                $item->get_variation_id(),
            ),
            array_filter($order->get_items(), static fn ($item): bool => $item instanceof \WC_Order_Item_Product),
        ));
        if (self::isOf($lines, $cart) && $this->orders->seenMaking($order)) {
            unset($this->made[$order->get_id()]);
            ($this->give)($order);
        }
    }

    public function emptied(): void
    {
        $this->held = [...$this->held, ...self::contents()];
    }

    /**
     * Whether an order of these lines was made out of this cart. Pure.
     *
     * @param list<string> $lines
     * @param list<string> $cart
     */
    public static function isOf(array $lines, array $cart): bool
    {
        return $lines !== [] && array_diff($lines, $cart) === [];
    }

    /** A request that a page of the shop makes for its customer, whose own cart is at hand. */
    private static function isOfAPage(): bool
    {
        return (!is_admin() || wp_doing_ajax())
            && WC()->cart instanceof \WC_Cart
            && Requester::isKnownBrowser()
            && !Requester::isStaff();
    }

    /** @return list<string> of the customer's cart at this moment */
    private static function contents(): array
    {
        $cart = WC()->cart;
        return $cart instanceof \WC_Cart ? array_values(array_map(
            static fn (array $item): string => self::name((int) $item['product_id'], (int) $item['variation_id']),
            $cart->get_cart_contents(),
        )) : [];
    }

    private static function name(int $product, int $variation): string
    {
        return $product . ' ' . $variation;
    }
}
