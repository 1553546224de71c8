<?php

/**
 * The master of FPM loads the library, and with opcache.preload runs code of the shop, but starts, opens and makes
 * nothing: what it had, its workers would inherit. It is not root here, so that it preloads by itself and not through a
 * helper, which would hide the trouble.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Relay;

require __DIR__ . '/../extension/support/world.php';
require __DIR__ . '/../extension/support/shop.php';

/** What a process has: the number of its threads, and the names of what is open. */
function belongings(int $pid): array
{
    $open = array_map(static fn (string $fd): string => (string) @readlink($fd), glob("/proc/$pid/fd/*"));
    // Sockets, pipes and what FPM and opcache make for themselves have names that differ from process to process.
    $open = preg_replace(['~\[\d+\]~', '~/fpm-\w+/~', '~ZendSem\.\w+~'], '', $open);
    sort($open);
    return ['threads' => count(glob("/proc/$pid/task/*")), 'open' => $open];
}

/** Every file below a directory, with its size and the time of its last change. */
function listing(string $directory): string
{
    return (string) shell_exec('find ' . escapeshellarg($directory) . ' -printf "%p %s %C@\n" | sort');
}

test('MINIT makes no file, socket or thread', function (): void {
    $root = directory('root');
    $before = listing($root);
    $with = new Fpm(ini: ['pinrelay.spool_root' => $root]);
    $without = new Fpm(ini: ['extension' => 'ctype']);
    same(belongings($without->pid()), belongings($with->pid()));
    same($before, listing($root));
});

test('opcache.preload with a relay: the master makes nothing, and its workers capture and deliver', function (): void {
    $pinterest = new Pinterest();
    $options = options(['api_base' => $pinterest->base]);
    (new Relay($options))->capture(event(['event_id' => 'waited-before']));
    $before = listing($options['spool_dir'] . '/../');
    file_put_contents($file = directory('preload') . '/options.json', json_encode($options));
    putenv("PRELOAD_OPTIONS=$file");
    $web = dirname(__DIR__) . '/extension/web';
    $opcache = ['zend_extension' => 'opcache', 'opcache.enable' => '1'];
    $with = new Fpm(ini: $opcache + ['opcache.preload' => "$web/preload.php"]);
    $without = new Fpm(ini: $opcache + ['opcache.preload' => "$web/ping.php"]);
    // Long enough for a sender to have sent, had there been one; slowness can only hide a failure here.
    usleep(500_000);
    same([], $pinterest->requests(), 'what the master sent');
    same(belongings($without->pid()), belongings($with->pid()));
    same($before, listing($options['spool_dir'] . '/../'));

    $output = $with->request('preloaded.php', ['options' => $options, 'event' => event(['event_id' => 'sold'])]);
    same('sold', json_decode($output, true)['event_id'] ?? null, $output . $with->log());
    $pinterest->waitFor('waited-before', 'sold');
    healthy($with);
});
