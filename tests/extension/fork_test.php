<?php

/** fork(): a child is a process of its own and takes nothing of its parent's with it. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Relay;

require __DIR__ . '/support/world.php';

/** Runs $work in a child and returns its exit code; -1 if a signal ended it. */
function forked(callable $work): int
{
    if (!function_exists('pcntl_fork')) {
        skip('this PHP has no pcntl');
    }
    $child = pcntl_fork();
    if ($child === 0) {
        try {
            $work();
            exit(0);
        } catch (\Throwable $failure) {
            fwrite(STDERR, "$failure\n");
            exit(1);
        }
    }
    pcntl_waitpid($child, $status);
    return pcntl_wifexited($status) ? pcntl_wexitstatus($status) : -1;
}

test('parent, child and grandchild capture into one spool and nothing is lost', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $relay->capture(event(['event_id' => 'parent-1']));
    $code = forked(static function () use ($relay): void {
        $relay->capture(event(['event_id' => 'child-1']));
        same(0, forked(static fn () => $relay->capture(event(['event_id' => 'grandchild']))));
        $relay->capture(event(['event_id' => 'child-2']));
    });
    same(0, $code);
    $relay->capture(event(['event_id' => 'parent-2']));
    same(5, $relay->status()['waiting']['revenue']);
    same(5, $relay->drain(20.0)['delivered']);
    $got = $pinterest->eventIds();
    sort($got);
    same(['child-1', 'child-2', 'grandchild', 'parent-1', 'parent-2'], $got);
});

test('a child that only ends disturbs nothing', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $relay->capture(event(['event_id' => 'before']));
    for ($round = 0; $round < 20; $round++) {
        same(0, forked(static fn () => null));
    }
    $relay->capture(event(['event_id' => 'after']));
    same(2, $relay->drain(20.0)['delivered']);
});

test('a child delivers what its parent captured, and the parent knows', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $relay->drain(0.1);
    $relay->capture(event(['event_id' => 'handed-down']));
    same(0, forked(static function () use ($relay): void {
        same(1, $relay->drain(20.0)['delivered']);
    }));
    same(0, $relay->status()['waiting']['revenue']);
    same(['handed-down'], $pinterest->eventIds());
});

test('a child made after a delivery opens its own connection', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $relay->capture(event(['event_id' => 'first']));
    $relay->drain(20.0);
    same(0, forked(static function () use ($relay): void {
        $relay->capture(event(['event_id' => 'second']));
        same(1, $relay->drain(20.0)['delivered']);
    }));
    $relay->capture(event(['event_id' => 'third']));
    same(1, $relay->drain(20.0)['delivered']);
    same(['first', 'second', 'third'], $pinterest->eventIds());
});

test('a child killed in the middle of its work blocks nobody', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $relay->capture(event(['event_id' => 'parent']));
    $code = forked(static function () use ($relay): void {
        $relay->capture(event(['event_id' => 'child']));
        exec('kill -9 ' . getmypid());
    });
    same(-1, $code);
    same(2, $relay->drain(20.0)['delivered']);
});
