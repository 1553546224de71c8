<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Support;

/**
 * Runs our work inside somebody else's request: whatever goes wrong in it is logged and never breaks a shop page.
 *
 * WooCommerce catches `Exception` around its hooks but not `Error`, so a type error of ours would end a checkout; every
 * hook callback of the plugin goes through here. It must not know what the work is about.
 */
final class Guard
{
    /** The source under which WooCommerce's logger files our lines. */
    public const LOG_SOURCE = 'pinrelay';

    /** @var (\Closure(string): void)|null */
    private readonly ?\Closure $sink;

    /**
     * @param (\Closure(string): void)|null $sink    where a line goes; WooCommerce's logger when left out
     * @param (\Closure(): Repeats)|null    $repeats makes what holds back lines that come again and again; few requests
     *                                               log anything
     */
    public function __construct(?\Closure $sink = null, private readonly ?\Closure $repeats = null)
    {
        $this->sink = $sink;
    }

    /**
     * Returns what $work returns, or $fallback when it threw.
     *
     * @param string $where named in the log line, e.g. "order hooks"
     */
    public function run(string $where, callable $work, mixed $fallback = null): mixed
    {
        try {
            return $work();
        } catch (\Throwable $thrown) {
            $this->report($where, $thrown);
            return $fallback;
        }
    }

    /** A guarded callback for an action. Its result is thrown away. */
    public function action(string $where, callable $work): \Closure
    {
        return function (mixed ...$arguments) use ($where, $work): void {
            $this->run($where, static fn (): mixed => $work(...$arguments));
        };
    }

    /** A guarded callback for a filter: when the work throws, the filtered value passes through unchanged. */
    public function filter(string $where, callable $work): \Closure
    {
        return fn (mixed $value = null, mixed ...$rest): mixed => $this->run(
            $where,
            static fn (): mixed => $work($value, ...$rest),
            $value,
        );
    }

    /**
     * Writes one line: the class, the place, and the message only for exceptions whose messages are known to hold no
     * personal data. A type error of PHP quotes types but a library's exception may quote anything.
     */
    public function report(string $where, \Throwable $thrown): void
    {
        $speaks = $thrown instanceof \Pinrelay\Exception
            || $thrown instanceof Failure
            || $thrown instanceof \TypeError;
        $this->log(sprintf(
            '%s: %s at %s:%d%s',
            $where,
            $thrown::class,
            basename($thrown->getFile()),
            $thrown->getLine(),
            $speaks ? ': ' . $thrown->getMessage() : '',
        ));
    }

    /** One line, which the caller vouches to hold no personal data and no token. */
    public function log(string $line): void
    {
        try {
            $line = $this->repeats === null ? $line : ($this->repeats)()->pass($line, time());
            if ($line === null) {
                return;
            }
            if ($this->sink !== null) {
                ($this->sink)($line);
            } elseif (function_exists('wc_get_logger')) {
                wc_get_logger()->error($line, ['source' => self::LOG_SOURCE]);
            }
        } catch (\Throwable) {
            // A logger that fails is no reason to lose a checkout, and there is nowhere left to say so.
        }
    }
}
