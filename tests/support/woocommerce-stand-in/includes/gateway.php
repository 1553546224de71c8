<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

abstract class WC_Payment_Gateway
{
    /** @var string */
    public $id = '';
    /** @var string */
    public $title = '';
    /** @var string */
    public $method_title = '';
    /** @var string */
    public $enabled = 'yes';
    /** @var bool */
    public $has_fields = false;
    /** @var list<string> */
    public $supports = ['products'];

    /**
     * @param int $order_id
     * @return array{result: string, redirect?: string}
     */
    abstract public function process_payment($order_id);

    public function get_title(): string
    {
        return $this->title;
    }

    public function get_method_title(): string
    {
        return $this->method_title ?: $this->title;
    }

    public function get_return_url(WC_Order $order): string
    {
        return $order->get_checkout_order_received_url();
    }
}
