<?php

/**
 * A command line run as root, as administrators do, must not lock the web server out of its own spool.
 * @as caller
 */

declare(strict_types=1);

namespace Pinrelay\Tests;

// phpcs:disable PSR1.Files.SideEffects -- a script

require __DIR__ . '/support/world.php';

/** @return string 'captured', or the reason why not */
function capturedByRoot(array $options): string
{
    $code = '$relay = new Pinrelay\Relay(json_decode(getenv("OPTIONS"), true));'
        . 'try { $relay->capture(json_decode(getenv("EVENT"), true)); echo "captured"; }'
        . 'catch (Pinrelay\SpoolException $failure) { echo $failure->reason(); }';
    $environment = ['OPTIONS' => json_encode($options), 'EVENT' => json_encode(event())];
    [$status, $output] = php(['-r', $code], $environment);
    same(0, $status, $output);
    return $output;
}

function needsRoot(): void
{
    if (!isRoot()) {
        skip('the tests do not run as root');
    }
}

test('root makes no spool where the web server works', function (): void {
    needsRoot();
    $place = directory('web');
    chown($place, given('PINRELAY_USER'));
    same('foreign_owner', capturedByRoot(options(['spool_dir' => "$place/spool"])));
    same([], array_diff(scandir($place), ['.', '..']));
});

test('root does not write into the web server\'s spool', function (): void {
    needsRoot();
    $spool = directory('web');
    chmod($spool, 0700);
    chown($spool, given('PINRELAY_USER'));
    same('foreign_owner', capturedByRoot(options(['spool_dir' => $spool])));
    same([], array_diff(scandir($spool), ['.', '..']));
});

test('root may have a spool of its own', function (): void {
    needsRoot();
    same('captured', capturedByRoot(options()));
});
