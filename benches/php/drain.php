<?php

/**
 * Delivers everything that waits and tells what it took: seconds, CPU time and the most memory this process ever had.
 * Input: options.
 */

declare(strict_types=1);

$options = json_decode($_SERVER['argv'][1], true, 64, JSON_THROW_ON_ERROR)['options'];
$relay = new Pinrelay\Relay($options);
$start = hrtime(true);
$done = $relay->drain(600.0);
$ns = hrtime(true) - $start;
$used = getrusage();
preg_match('/^VmHWM:\s+(\d+) kB/m', file_get_contents('/proc/self/status'), $peak);
echo json_encode([
    'ns' => $ns,
    'user_us' => $used['ru_utime.tv_sec'] * 1_000_000 + $used['ru_utime.tv_usec'],
    'system_us' => $used['ru_stime.tv_sec'] * 1_000_000 + $used['ru_stime.tv_usec'],
    'peak_bytes' => 1024 * (int) $peak[1],
] + $done), "\n";
