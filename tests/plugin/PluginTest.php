<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Container;
use Pinrelay\WooCommerce\Hooks;
use Pinrelay\WooCommerce\Kernel;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Storefront\Tracked;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** The tables name classes and methods in texts, and the guard keeps a wrong one from being seen in the shop. */
final class PluginTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
        new Rig();
        (new State())->put(['db_version' => Plugin::SET_UP]);
        Site::$hooks = [];
    }

    /** @dataProvider rows */
    #[DataProvider('rows')]
    public function testEachRowNamesAMethodThatTakesWhatTheHookGives(array $row): void
    {
        [, $class, $method] = $row;
        $object = (new Container(new Guard(), '/plugins/pinrelay/pinrelay.php', true))->get($class);
        self::assertInstanceOf($class, $object);
        $of = new \ReflectionMethod($object, $method);
        self::assertTrue($of->isPublic());
        self::assertLessThanOrEqual($row[4] ?? 1, $of->getNumberOfRequiredParameters());
        $isConstant = $method === 'isRegistered';
        self::assertGreaterThanOrEqual($isConstant ? 0 : $row[4] ?? 1, $of->getNumberOfParameters());
        self::assertTrue(!isset($row[5]) || method_exists(Hooks::class, $row[5]));
    }

    /** @return array<string, array{list<mixed>}> */
    public static function rows(): array
    {
        $rows = [];
        foreach (Listener::rows() as $row) {
            $rows["{$row[0]} {$row[1]}::{$row[2]}"] = [$row];
        }
        return $rows;
    }

    public function testTheNamesThatAreWrittenOutAreThoseOfTheirClasses(): void
    {
        $hooks = array_column(Listener::rows(), 0);
        foreach ([Tracked::ACTION, ReconcileJobs::YOUNG, ReconcileJobs::OLD, ReconcileJobs::DAILY] as $hook) {
            self::assertContains($hook, $hooks);
        }
    }

    public function testAClassIsMadeWhenItsHookFiresAndItsConditionHolds(): void
    {
        $made = [];
        $kernel = new Kernel((new Guard())->report(...), static function (string $class) use (&$made): object {
            $made[] = $class;
            return new class {
                public function add(mixed $value): string
                {
                    return $value . '!';
                }
            };
        }, static fn (): string => 'shop/pinrelay.php');
        $kernel->add([
            ['of_{plugin}', 'A', 'add'],
            ['of_{plugin}', 'B', 'add', 5, 1, 'hasConsentApi'],
            ['of_{plugin}', 'C', 'add', 20],
            ['other', 'D', 'add'],
        ]);
        self::assertSame([], $made);
        self::assertSame('a!!', apply_filters('of_shop/pinrelay.php', 'a'));
        self::assertSame(function_exists('wp_has_consent') ? ['B', 'A', 'C'] : ['A', 'C'], $made);
        apply_filters('of_shop/pinrelay.php', 'a');
        self::assertCount(4, array_intersect($made, ['A', 'C']), 'each callback is added once');
    }

    public function testWhatThrowsIsLoggedAndLetsTheValuePass(): void
    {
        $log = [];
        $guard = new Guard(static function (string $line) use (&$log): void {
            $log[] = $line;
        });
        $kernel = new Kernel(
            $guard->report(...),
            static fn (string $class): object => throw new \Error('no'),
            static fn (): string => 'x',
        );
        $kernel->add([['some_filter', 'A', 'add']]);
        self::assertSame('a', apply_filters('some_filter', 'a'));
        self::assertCount(1, $log);
        self::assertStringStartsWith('A::add: Error', $log[0]);
    }

    public function testAnAjaxRequestOfAVisitorListensToNothingOfTheOwners(): void
    {
        $hooks = static function (bool $isAjax): array {
            [Site::$hooks, Site::$isAdmin, Site::$isAjax] = [[], true, $isAjax];
            Plugin::boot('/plugins/pinrelay/pinrelay.php');
            [Site::$isAdmin, Site::$isAjax] = [false, false];
            return array_keys(Site::$hooks);
        };
        self::assertContains('admin_notices', $hooks(false));
        self::assertSame([], array_intersect(array_column(Hooks::ADMIN, 0), $hooks(true)));
        self::assertContains('woocommerce_add_to_cart', $hooks(true));
    }
}
