<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Container;
use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Storefront\Site as Page;
use Pinrelay\WooCommerce\Tests\Support\Site;

/**
 * A part is made when the first of its hooks is about to fire, by a list of hooks that stands beside the part and not
 * in it. One that is forgotten there is a hook that never fires.
 */
final class PluginTest extends TestCase
{
    /** Hooks that come after one that has made the part. */
    private const LATER = [
        'addToCart' => [
            // Heeded only where the Store API's filter came before.
            'woocommerce_after_cart_item_quantity_update',
            'rest_request_after_callbacks',
        ],
        // Its order has been saved.
        'orders' => [
            'woocommerce_order_status_shipped',
            'woocommerce_order_status_wfocu-pri-order',
            'woocommerce_order_status_wcf-main-order',
        ],
        // It is about to be saved for the first time.
        'expressOrders' => [
            'woocommerce_new_order',
            'woocommerce_after_order_object_save',
            'woocommerce_before_cart_emptied',
        ],
        // Asked for on the owner's pages.
        'consentApi' => ['wp_consent_api_registered_pinrelay/pinrelay.php'],
        // A page without a decision about its redirects has no scripts.
        'baseTag' => ['wp_enqueue_scripts', 'wp_footer'],
    ];

    /** Made in the requests that need them, whatever these do. */
    private const AT_ONCE = ['refusedEvents', 'unknownSources', 'settingsPage', 'notices'];

    private Container $container;

    protected function setUp(): void
    {
        Rig::reset();
        new Rig();
        (new State())->put(['db_version' => Plugin::SET_UP]);
        [Site::$hooks, Page::$actions] = [[], []];
        $this->container = new Container(new Guard(), '/plugins/pinrelay/pinrelay.php', true);
    }

    /** @dataProvider parts */
    #[DataProvider('parts')]
    public function testAPartIsMadeBeforeAnyOfItsHooksFires(string $part): void
    {
        $this->container->$part()->register();
        $listensTo = array_keys(Site::$hooks + Page::$actions);
        self::assertNotSame([], $listensTo);

        self::assertSame([], array_diff($listensTo, self::lazyHooksOf($part), self::LATER[$part] ?? []));
    }

    /** @return array<string, array{string}> the methods of Container that give something with hooks */
    public static function parts(): array
    {
        $parts = [];
        foreach ((new \ReflectionClass(Container::class))->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
            $class = (string) $method->getReturnType();
            if (method_exists($class, 'register') && !in_array($method->getName(), self::AT_ONCE, true)) {
                $parts[$method->getName()] = [$method->getName()];
            }
        }
        return $parts;
    }

    /** @return list<string> hooks */
    private static function lazyHooksOf(string $part): array
    {
        Site::$hooks = [];
        Plugin::boot('/plugins/pinrelay/pinrelay.php');
        $hooks = [];
        foreach (Site::$hooks as $hook => $byPriority) {
            foreach ($byPriority[PHP_INT_MIN] ?? [] as $callback) {
                $ours = (new \ReflectionFunction($callback))->getStaticVariables()['callback'];
                $make = (new \ReflectionFunction($ours))->getStaticVariables()['make'];
                if ((new \ReflectionFunction($make))->getName() === $part) {
                    $hooks[] = $hook;
                }
            }
        }
        return $hooks;
    }
}
