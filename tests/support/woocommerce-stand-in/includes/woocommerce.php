<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

final class WooCommerce
{
    private static ?self $instance = null;

    public string $version = WC_VERSION;
    /** Null in REST requests until a cart is asked for, as on WooCommerce. */
    public ?WC_Session_Handler $session = null;
    public ?WC_Cart $cart = null;
    public WC_Query $query;

    public function __construct()
    {
        $this->query = new WC_Query();
    }

    public static function instance(): self
    {
        return self::$instance ??= new self();
    }

    public function start(): void
    {
        add_action('init', $this->init(...), 5);
        register_activation_hook(WC_PLUGIN_FILE, static function (): void {
            get_role('administrator')?->add_cap('manage_woocommerce');
            update_option('woocommerce_version', WC_VERSION);
        });
        add_action('plugins_loaded', static function (): void {
            do_action('before_woocommerce_init');
            do_action('woocommerce_loaded');
        }, -1);
    }

    private function init(): void
    {
        if (!$this->is_rest_api_request() && !is_admin() && !wp_doing_cron()) {
            $this->load_cart();
        }
        do_action('woocommerce_init');
    }

    public function load_cart(): void
    {
        $this->session ??= new WC_Session_Handler();
        $this->cart ??= new WC_Cart($this->session);
    }

    public function is_rest_api_request(): bool
    {
        return str_contains((string) ($_SERVER['REQUEST_URI'] ?? ''), '/' . rest_get_url_prefix() . '/');
    }

    public function payment_gateways(): WC_Payment_Gateways
    {
        static $gateways = new WC_Payment_Gateways();
        return $gateways;
    }

    public function api_request_url(string $request): string
    {
        return add_query_arg('wc-api', $request, home_url('/'));
    }
}

final class WC_Query
{
    /** @return array<string, string> the names of the checkout's and the account's pages in addresses */
    public function get_query_vars(): array
    {
        return ['order-pay' => 'order-pay', 'order-received' => 'order-received'];
    }
}

final class WC_AJAX
{
    public static function get_endpoint(string $request = ''): string
    {
        return add_query_arg('wc-ajax', $request, home_url('/', 'relative'));
    }
}

function wc_load_cart(): void
{
    WC()->load_cart();
}
