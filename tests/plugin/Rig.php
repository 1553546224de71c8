<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Orders\Dispatcher;
use Pinrelay\WooCommerce\Orders\OrderHooks;
use Pinrelay\WooCommerce\Orders\OrderStore;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Orders\Reconcile;
use Pinrelay\WooCommerce\Orders\Tick;
use Pinrelay\WooCommerce\Orders\Upkeep;
use Pinrelay\WooCommerce\Relay\Nodes;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\GenerationWatch;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Storefront\Visitor;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** One request of a shop that is set up: the plugin's parts wired as Plugin wires them, over the site's database. */
final class Rig
{
    public const ACCOUNT = '549755885175';
    public const CONSTANTS = ['SPOOL_DIR' => '/spool'];

    public readonly SettingsStore $store;
    public readonly State $state;
    public readonly OutboxTransitions $outbox;
    public readonly Nodes $nodes;
    public readonly RelayFactory $relays;
    public readonly Dispatcher $dispatcher;
    public readonly Tick $tick;
    public readonly OrderHooks $hooks;
    public readonly Reconcile $reconcile;
    public readonly Upkeep $upkeep;

    /**
     * @param array<string, mixed> $settings  over a shop that has everything
     * @param bool                 $apiHeld   whether another plugin's server half is in the way
     * @param array<string, mixed> $constants as in wp-config.php, names without the prefix
     */
    public function __construct(array $settings = [], array $constants = [], bool $apiHeld = false)
    {
        update_option(SettingsStore::OPTION, $settings + [
            'enabled' => true,
            'tag_id' => '2612345678901',
            'ad_account_id' => self::ACCOUNT,
            'access_token' => 'pina_secret',
        ]);
        $guard = new Guard(static function (string $line): void {
            Site::$log[] = $line;
        });
        $this->state = new State();
        $this->state->put(['activated_at' => 1794000000]);
        $this->store = new SettingsStore(new Constants($constants + self::CONSTANTS), apiHeld: $apiHeld);
        (new GenerationWatch($this->store, $this->state))->look(1795000000);
        $this->outbox = new OutboxTransitions(Site::$database);
        $this->nodes = new Nodes(Site::$database);
        $spool = new Spool($this->store->settings(), static fn (): string => str_repeat('0', 32), true);
        $this->relays = new RelayFactory($this->store, $this->state, $spool, $guard, 'shop.example');
        $this->dispatcher = new Dispatcher($this->outbox, $this->relays, $this->store, $guard);
        $this->tick = new Tick(
            $this->outbox,
            $this->dispatcher,
            fn (): OrderHooks => $this->hooks,
            $this->relays,
            $this->nodes,
            $this->store,
            $guard,
        );
        $this->hooks = new OrderHooks(
            $this->outbox,
            $this->dispatcher,
            $this->relays,
            $this->store,
            $this->state,
            new Visitor(),
            new Consent($this->store->settings()),
            $guard,
        );
        $this->reconcile = new Reconcile(
            $this->outbox,
            $this->hooks,
            $this->dispatcher,
            new Consent($this->store->settings()),
            $this->nodes,
            $this->store,
            $this->state,
            $guard,
        );
        $this->upkeep = new Upkeep($this->outbox, new OrderStore(Site::$database), $this->store, $guard);
        Site::$hooks = [];
        Listener::add($this->hooks, $guard);
        // Before any hook of an order's status fires, the order is saved.
        do_action('woocommerce_before_order_object_save');
    }

    /** A fresh site, and a relay that knows nothing. */
    public static function reset(): void
    {
        Site::reset();
        Relay::reset();
    }

    public function row(int $orderId = 71): ?OutboxRow
    {
        return $this->outbox->find($orderId);
    }

    /** An accepted order that waits, without hooks. */
    public function pendingRow(int $orderId, int $eventTime, string $destination = self::ACCOUNT): OutboxRow
    {
        new \WC_Order(['id' => $orderId]);
        $this->outbox->accept($orderId, "event-{$orderId}", $destination, $eventTime);
        return $this->outbox->find($orderId);
    }
}
