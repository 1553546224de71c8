<?php

/**
 * Captures orders, one after the other, and between any two of them appends a kilobyte to a file and hashes the order's
 * fields: three costs that meet the same machine at the same time. Prints every time it took, in nanoseconds.
 *
 * Input: options, count, block; only (one of the three, alone: for callgrind); sync (whether the append waits for the
 * disk); append (a file); wait (begin when a line comes in).
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Bench;

require __DIR__ . '/checkout.php';

[
    'options' => $options, 'count' => $count, 'block' => $block, 'only' => $only, 'sync' => $sync, 'append' => $file,
    'wait' => $wait,
] = given() + ['only' => null, 'sync' => false, 'wait' => false];

$relay = new \Pinrelay\Relay($options);
$append = fopen($file, 'a');
$kilobyte = str_repeat('x', 1023) . "\n";
$fields = hashedFields(checkout(0));

$work = [
    // The array is part of it: a shop builds one for each order.
    'capture' => static fn (int $n) => $relay->capture(checkout($n)),
    'append' => static fn () => fwrite($append, $kilobyte) && (!$sync || fdatasync($append)),
    'sha256' => static fn () => array_map(static fn (string $field): string => hash('sha256', $field), $fields),
];
if ($only !== null) {
    for ($n = 0; $n < $count; $n++) {
        $work[$only]($n);
    }
    return;
}

$cpu = static function (): int {
    $used = getrusage();
    return ($used['ru_utime.tv_sec'] + $used['ru_stime.tv_sec']) * 1_000_000
        + $used['ru_utime.tv_usec'] + $used['ru_stime.tv_usec'];
};
// The first ones pay for what a process does once.
foreach ($work as $run) {
    for ($n = 0; $n < $block; $n++) {
        $run($n);
    }
}
if ($wait) {
    echo "ready\n";
    fgets(STDIN);
}
$times = array_fill_keys(array_keys($work), []);
$cpuTimes = array_fill_keys(array_keys($work), 0);
for ($n = $block; $n < $block + $count; $n += $block) {
    foreach ($work as $name => $run) {
        $before = $cpu();
        for ($i = $n; $i < $n + $block; $i++) {
            $start = hrtime(true);
            $run($i);
            $times[$name][] = hrtime(true) - $start;
        }
        $cpuTimes[$name] += $cpu() - $before;
    }
}
$each = static fn (int $spent): float => round($spent * 1000 / $count);
echo json_encode(['ns' => $times, 'cpu_ns' => array_map($each, $cpuTimes)]), "\n";
