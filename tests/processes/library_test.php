<?php

/** The library as the loader sees it, and its end while a sender is at work. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';
require __DIR__ . '/support/books.php';

/** What a tool of binutils prints about the library. */
function told(string $command): string
{
    exec("$command " . escapeshellarg(given('PINRELAY_SO')) . ' 2>&1', $lines, $code);
    return $code === 0 ? implode("\n", $lines) : skip("$command: $lines[0]");
}

test('the library exports PHP\'s entry and nothing else', function (): void {
    preg_match_all('~ [A-TV-Z] (\w+)~', told('nm -D --defined-only'), $found);
    // The second is the first under the crate's name; the third is how ext-php-rs describes a debug build.
    $entries = ['get_module', 'pinrelay_get_module', 'ext_php_rs_describe_module_v2'];
    truth(in_array('get_module', $found[1], true), 'there is the entry');
    same([], array_values(array_diff($found[1], $entries)), 'other symbols');
});

test('dd_no_static_tls: the library needs no static TLS, so that dl() and late loading work', function (): void {
    truth(!str_contains(told('readelf -d'), 'STATIC_TLS'), 'no STATIC_TLS flag');
});

test('the library needs the C library and nothing that a host may have in another version', function (): void {
    preg_match_all('~NEEDED.*\[(.+)\]~', told('readelf -d'), $found);
    $usual = ['libc.so.6', 'libgcc_s.so.1', 'libm.so.6', 'ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'];
    same([], array_values(array_diff($found[1], $usual)), 'other libraries');
    // Told and not judged: the machine that builds decides about it.
    preg_match_all('~GLIBC_([\d.]+)~', told('readelf -V'), $versions);
    usort($versions[1], 'version_compare');
    printf("         needs GLIBC_%s\n", end($versions[1]));
});

test('dd3075: processes that end, and unload the library, with a sender at work do not crash', function (): void {
    $bases = [silentPinterest(), unroutablePinterest()];
    for ($life = 1; $life <= rounds('PINRELAY_LIVES', 20) / 2; $life++) {
        $servers = [new CliServer(), new CliServer()];
        foreach ($servers as $number => $server) {
            $pid = captured($server, options(['api_base' => $bases[$number]]), 'at-the-end');
            eventually('a sender', static fn (): bool => count(glob("/proc/$pid/task/*")) > 1);
            $server->signal(SIGINT);
        }
        foreach ($servers as $server) {
            same(0, $server->ended(), "the exit code of life $life");
        }
    }
});
