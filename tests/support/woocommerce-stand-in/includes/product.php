<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

class WC_Product extends WC_Data
{
    protected static function defaults(): array
    {
        return [
            'name' => '', 'slug' => '', 'sku' => '', 'regular_price' => '', 'status' => 'publish', 'parent_id' => 0,
            'attributes' => [], 'category_ids' => [],
        ];
    }

    public function __construct(int $id = 0)
    {
        parent::__construct();
        if ($id !== 0 && !(get_post_type($id) === 'product' && $this->load($id))) {
            throw new Exception('Invalid product.');
        }
    }

    public function save(): int
    {
        $post = [
            'ID' => $this->id, 'post_type' => 'product', 'post_status' => $this->data['status'],
            'post_title' => $this->data['name'], 'post_name' => $this->data['slug'],
        ];
        $this->id = wp_insert_post(wp_slash($post));
        $this->store();
        return $this->id;
    }

    public function get_type(): string
    {
        return 'simple';
    }

    public function is_type(string|array $type): bool
    {
        return in_array($this->get_type(), (array) $type, true);
    }

    public function get_price(): string
    {
        return (string) $this->data['regular_price'];
    }

    public function get_title(): string
    {
        return (string) $this->data['name'];
    }

    public function get_attribute(string $name): string
    {
        return '';
    }

    public function get_permalink(): string
    {
        return (string) get_permalink($this->id);
    }

    public function is_purchasable(): bool
    {
        return $this->get_price() !== '';
    }

    public function needs_shipping(): bool
    {
        return true;
    }

    public function is_in_stock(): bool
    {
        return true;
    }
}

class WC_Product_Simple extends WC_Product
{
}

class WC_Product_Variation extends WC_Product
{
}
