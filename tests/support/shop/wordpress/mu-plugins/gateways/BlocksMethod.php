<?php

declare(strict_types=1);

namespace PinrelayTest;

use Automattic\WooCommerce\Blocks\Payments\Integrations\AbstractPaymentMethodType;

/** Shows a test gateway in the Checkout block: a label, and nothing to fill in. */
final class BlocksMethod extends AbstractPaymentMethodType
{
    private const SCRIPT = 'pinrelay-test-payment-methods';

    public function __construct(string $name, private readonly string $title)
    {
        $this->name = $name;
    }

    public function initialize()
    {
        $this->settings = [];
    }

    public function is_active()
    {
        return true;
    }

    public function get_payment_method_script_handles()
    {
        wp_register_script(
            self::SCRIPT,
            content_url('mu-plugins/gateways/blocks-methods.js'),
            ['wc-blocks-registry', 'wc-settings', 'wp-element'],
            '1',
            true
        );
        return [self::SCRIPT];
    }

    public function get_payment_method_data()
    {
        return ['title' => $this->title, 'supports' => ['products']];
    }
}
