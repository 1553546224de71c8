<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Support\Guard;

/**
 * Registers the hooks of the tables in Hooks, lazily and guarded: a hook gets its callbacks when it first fires, and a
 * class is loaded and made when one of its own callbacks is called and the condition of its row holds. It must not know
 * what any class does.
 */
final class Kernel
{
    /** @var array<string, list<array{string, string, string, int, int, ?string}>> rows of hooks that have not fired */
    private array $rows = [];

    private ?\Closure $first = null;

    /**
     * @param \Closure(class-string): object $make   gives the object of a class
     * @param string                         $plugin the plugin's basename, "{plugin}" in the name of a hook
     */
    public function __construct(
        private readonly Guard $guard,
        private readonly \Closure $make,
        private readonly string $plugin,
    ) {
    }

    /** @param list<array{string, class-string, string, 3?: int, 4?: int, 5?: ?string}> $table as in Hooks */
    public function add(array $table): void
    {
        $this->first ??= function (mixed $value = null): mixed {
            $this->register((string) current_filter());
            return $value;
        };
        foreach ($table as $row) {
            $hook = str_replace('{plugin}', $this->plugin, $row[0]);
            if (!isset($this->rows[$hook])) {
                // Before all others: WordPress lets a hook grow while it fires. Our callbacks come after those of the
                // same priority that other plugins have added by then.
                add_filter($hook, $this->first, PHP_INT_MIN);
            }
            $this->rows[$hook][] = $row + [3 => 10, 4 => 1, 5 => null];
        }
    }

    /** Adds the callbacks of a hook, once. */
    public function register(string $hook): void
    {
        $rows = $this->rows[$hook] ?? [];
        unset($this->rows[$hook]);
        foreach ($rows as [, $class, $method, $priority, $arguments, $condition]) {
            add_filter($hook, $this->callback($class, $method, $condition), $priority, $arguments);
        }
    }

    /** For actions and filters alike: what is filtered passes through where the condition does not hold or work throws. */
    private function callback(string $class, string $method, ?string $condition): \Closure
    {
        return function (mixed ...$arguments) use ($class, $method, $condition): mixed {
            $work = function () use ($class, $method, $condition, $arguments): mixed {
                $isDue = $condition === null || Hooks::$condition();
                return $isDue ? ($this->make)($class)->$method(...$arguments) : ($arguments[0] ?? null);
            };
            return $this->guard->run($class . '::' . $method, $work, $arguments[0] ?? null);
        };
    }
}
