<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

abstract class WC_Order_Item extends WC_Data
{
    /** Items have none here. */
    public function get_meta(string $key): mixed
    {
        return '';
    }
}

final class WC_Order_Item_Product extends WC_Order_Item
{
    protected static function defaults(): array
    {
        return [
            'name' => '', 'product_id' => 0, 'variation_id' => 0, 'quantity' => 1,
            'subtotal' => '0', 'subtotal_tax' => '0', 'total' => '0', 'total_tax' => '0',
        ];
    }

    /** @param array<string, mixed> $data as an order stored it */
    public static function of(int $id, array $data): self
    {
        $item = new self();
        $item->id = $id;
        $item->data = array_merge($item->data, $data);
        return $item;
    }

    public function get_product(): WC_Product|false
    {
        return wc_get_product($this->data['product_id']);
    }
}
