<?php

/** examples/order.php: one order sent without WordPress, and an exit code for each way it can go. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/support/world.php';

/** @return array{int, string} */
function example(array $settings, ?string $file = null): array
{
    $environment = [];
    foreach ($settings + ['AD_ACCOUNT_ID' => ACCOUNT, 'ACCESS_TOKEN' => TOKEN] as $name => $value) {
        $environment["PINRELAY_$name"] = $value;
    }
    $script = given('PINRELAY_EXAMPLES') . '/order.php';
    return php($file === null ? [$script] : [$script, $file], $environment);
}

function spool(): string
{
    return directory('example') . '/spool';
}

/** A file with one order. */
function order(array $event): string
{
    $file = directory('order') . '/order.json';
    file_put_contents($file, json_encode($event));
    return $file;
}

test('the order of the example file reaches Pinterest', function (): void {
    $pinterest = new Pinterest();
    [$code, $output] = example(['API_BASE' => $pinterest->base, 'SPOOL_DIR' => spool()]);
    same(0, $code, $output);
    contains('verdict   delivered', $output);
    truth(preg_match('~^event_id  (\S+)$~m', $output, $found) === 1, 'the event id is printed');
    same([$found[1]], $pinterest->eventIds());
    contains('"checkout"', $output);
    truth(!str_contains($output, TOKEN), 'the token is not printed');
});

test('a second run of the same order has the same event id', function (): void {
    $pinterest = new Pinterest();
    $settings = ['API_BASE' => $pinterest->base, 'SPOOL_DIR' => spool()];
    example($settings);
    example($settings);
    same(1, count(array_unique($pinterest->eventIds())));
});

test('test mode asks for ?test=true', function (): void {
    $pinterest = new Pinterest();
    example(['API_BASE' => $pinterest->base, 'SPOOL_DIR' => spool(), 'TEST_MODE' => '1']);
    contains('?test=true', $pinterest->requests()[0]['path']);
});

test('wrong settings end with 1 and are named', function (): void {
    [$code, $output] = example(['AD_ACCOUNT_ID' => 'mine', 'SPOOL_DIR' => spool()]);
    same(1, $code, $output);
    contains('ad_account_id: ', $output);
    truth(!str_contains($output, TOKEN), 'the token is not printed');
});

test('a file that is no order ends with 1', function (): void {
    same(1, example(['SPOOL_DIR' => spool()], '/nonexistent.json')[0]);
    same(1, example(['SPOOL_DIR' => spool()], __FILE__)[0]);
});

test('an order that cannot be sent ends with 2 and lists its faults', function (): void {
    $file = order(event(['action_source' => 'shop', 'value' => 'much']));
    [$code, $output] = example(['SPOOL_DIR' => spool()], $file);
    same(2, $code, $output);
    contains('action_source: ', $output);
    contains('value: ', $output);
    discreet($output);
});

test('an order that cannot be stored ends with 3', function (): void {
    $place = directory('occupied') . '/file';
    touch($place);
    [$code, $output] = example(['SPOOL_DIR' => "$place/spool"]);
    same(3, $code, $output);
});

test('an order that Pinterest does not take now ends with 4 and is kept', function (): void {
    $spool = spool();
    [$code, $output] = example(['API_BASE' => 'http://127.0.0.1:9/v5', 'SPOOL_DIR' => $spool]);
    same(4, $code, $output);
    $pinterest = new Pinterest();
    $options = options(['api_base' => $pinterest->base, 'spool_dir' => $spool, 'generation' => 1]);
    (new \Pinrelay\Relay($options))->drain(30.0);
    same(1, count($pinterest->eventIds()));
});

test('without a token the order is stored', function (): void {
    [$code, $output] = example(['ACCESS_TOKEN' => '', 'SPOOL_DIR' => spool()]);
    same(4, $code, $output);
    contains('token', $output);
});

test('an order that Pinterest refuses ends with 5 and its words', function (): void {
    $pinterest = new Pinterest();
    $file = order(event(['event_id' => 'refuse-example']));
    [$code, $output] = example(['API_BASE' => $pinterest->base, 'SPOOL_DIR' => spool()], $file);
    same(5, $code, $output);
    contains('Refused by its event_id', $output);
});

test('without the extension it says how to load it', function (): void {
    $script = escapeshellarg(given('PINRELAY_EXAMPLES') . '/order.php');
    exec(escapeshellarg(PHP_BINARY) . " -n $script 2>&1", $lines, $code);
    same(1, $code);
    contains('-d extension=', implode("\n", $lines));
});
