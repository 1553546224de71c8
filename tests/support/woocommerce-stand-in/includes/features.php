<?php

declare(strict_types=1);

// Orders are not posts to a plugin: whoever declares compatibility is taken at his word.

namespace Automattic\WooCommerce\Utilities;

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

final class FeaturesUtil
{
    public static function declare_compatibility(string $feature, string $file, bool $compatible = true): bool
    {
        return true;
    }
}

final class OrderUtil
{
    public static function custom_orders_table_usage_is_enabled(): bool
    {
        return true;
    }

    /** Where its orders lie in truth. */
    public static function get_table_for_orders(): string
    {
        return $GLOBALS['wpdb']->posts;
    }

    public static function get_order_type(int|\WC_Order $order): string
    {
        return 'shop_order';
    }
}
