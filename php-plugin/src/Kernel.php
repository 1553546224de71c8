<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

/**
 * Registers the hooks of the tables in Hooks, lazily and guarded: a hook gets its callbacks when it first fires, and a
 * class is loaded and made when one of its own callbacks is called and the condition of its row holds. It must not know
 * what any class does.
 */
final class Kernel
{
    /** @var array<string, list<array{string, string, string, 3?: int, 4?: int, 5?: ?string}>> of hooks not yet fired */
    private array $rows = [];

    private ?\Closure $first = null;

    /**
     * @param \Closure(string, \Throwable): void $report Guard::report(), which few requests need
     * @param \Closure(class-string): object     $make   gives the object of a class
     * @param \Closure(): string                 $plugin the plugin's basename, "{plugin}" in the name of a hook
     */
    public function __construct(
        private readonly \Closure $report,
        private readonly \Closure $make,
        private readonly \Closure $plugin,
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
            $hook = str_ends_with($row[0], '{plugin}')
                ? str_replace('{plugin}', ($this->plugin)(), $row[0])
                : $row[0];
            if (!isset($this->rows[$hook])) {
                // Before all others: WordPress lets a hook grow while it fires. Our callbacks come after those of the
                // same priority that other plugins have added by then.
                add_filter($hook, $this->first, PHP_INT_MIN);
            }
            $this->rows[$hook][] = $row;
        }
    }

    /** Adds the callbacks of a hook, once. */
    public function register(string $hook): void
    {
        $rows = $this->rows[$hook] ?? [];
        unset($this->rows[$hook]);
        foreach ($rows as $row) {
            add_filter($hook, $this->callback($row[1], $row[2], $row[5] ?? null), $row[3] ?? 10, $row[4] ?? 1);
        }
    }

    /** For actions and filters alike: what is filtered passes through where the condition does not hold or work throws. */
    private function callback(string $class, string $method, ?string $condition): \Closure
    {
        return function (mixed ...$arguments) use ($class, $method, $condition): mixed {
            try {
                $isDue = $condition === null || Hooks::$condition();
                return $isDue ? ($this->make)($class)->$method(...$arguments) : ($arguments[0] ?? null);
            } catch (\Throwable $thrown) {
                ($this->report)($class . '::' . $method, $thrown);
                return $arguments[0] ?? null;
            }
        };
    }
}
