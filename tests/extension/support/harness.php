<?php

/**
 * The few words the extension's tests are written in. Plain PHP, so that they run under `php -n` with nothing loaded
 * but the extension under test. A test file prints one line per rule and closes with `N passed, N failed`.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require_once __DIR__ . '/Skipped.php';
require_once __DIR__ . '/Tally.php';

/** Forked children inherit the tally; only the process that runs the tests may report it. */
define('Pinrelay\Tests\RUNNER', getmypid());

register_shutdown_function(static function (): void {
    if (getmypid() !== RUNNER) {
        return;
    }
    if (Tally::$running !== null) {
        Tally::$failed++;
        echo 'FAILED   ', Tally::$running, ": PHP ended inside the test\n";
    }
    printf("%d passed, %d failed, %d skipped\n", Tally::$passed, Tally::$failed, Tally::$skipped);
    if (Tally::$failed > 0) {
        exit(1);
    }
});

/** Runs one test; its name says the rule. */
function test(string $rule, callable $body): void
{
    Tally::$running = $rule;
    try {
        $body();
        Tally::$passed++;
        echo "passed   $rule\n";
    } catch (Skipped $reason) {
        Tally::$skipped++;
        echo "skipped  $rule: {$reason->getMessage()}\n";
    } catch (\Throwable $failure) {
        Tally::$failed++;
        $text = str_replace("\n", "\n         ", (string) $failure);
        echo "FAILED   $rule\n         $text\n";
    } finally {
        foreach (array_reverse(Tally::$after) as $undo) {
            $undo();
        }
        Tally::$after = [];
        Tally::$running = null;
    }
}

/** What to undo when the running test is over, however it ends. */
function afterwards(callable $undo): void
{
    Tally::$after[] = $undo;
}

function skip(string $reason): never
{
    throw new Skipped($reason);
}

function fail(string $message): never
{
    throw new \RuntimeException($message);
}

function same(mixed $expected, mixed $actual, string $what = 'value'): void
{
    if ($expected !== $actual) {
        fail("$what: expected " . var_export($expected, true) . ', got ' . var_export($actual, true));
    }
}

function truth(bool $condition, string $what): void
{
    if (!$condition) {
        fail("not so: $what");
    }
}

function contains(string $needle, string $text): void
{
    truth(str_contains($text, $needle), "'$needle' is in: $text");
}

/** The exception of exactly this class that $work throws. */
function thrown(string $class, callable $work): \Throwable
{
    try {
        $work();
    } catch (\Throwable $caught) {
        if ($caught::class !== $class) {
            fail("expected $class, got $caught");
        }
        return $caught;
    }
    fail("expected $class, nothing was thrown");
}

/**
 * The first truthy answer of $probe. The guard is for what would hang for ever; no test is about how long it took.
 */
function eventually(string $what, callable $probe, float $guard = 30.0): mixed
{
    $end = microtime(true) + $guard;
    do {
        $answer = $probe();
        if ($answer) {
            return $answer;
        }
        usleep(20_000);
    } while (microtime(true) < $end);
    fail("never came about: $what");
}
