<?php

/**
 * Delivers everything that waits and prints what it took: seconds, CPU time, the memory of the loaded process and the
 * most that it ever had. Input: options.
 */

declare(strict_types=1);

$options = json_decode($_SERVER['argv'][1], true, 64, JSON_THROW_ON_ERROR)['options'];
$relay = new Pinrelay\Relay($options);
$kilobytes = static function (string $name): int {
    preg_match("/^$name:\s+(\d+) kB/m", file_get_contents('/proc/self/status'), $found);
    return (int) $found[1];
};
$cpu = static function (): array {
    $used = getrusage();
    return [
        $used['ru_utime.tv_sec'] * 1_000_000 + $used['ru_utime.tv_usec'],
        $used['ru_stime.tv_sec'] * 1_000_000 + $used['ru_stime.tv_usec'],
    ];
};
$loaded = $kilobytes('VmRSS');
$before = $cpu();
$start = hrtime(true);
$done = $relay->drain(600.0);
$ns = hrtime(true) - $start;
$used = $cpu();
echo json_encode([
    'ns' => $ns,
    'user_us' => $used[0] - $before[0],
    'system_us' => $used[1] - $before[1],
    'loaded_bytes' => 1024 * $loaded,
    'peak_bytes' => 1024 * $kilobytes('VmHWM'),
] + $done), "\n";
