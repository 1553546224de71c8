<?php

/** The built extension against pinrelay.stub.php, the contract that its callers are written to. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

require __DIR__ . '/support/world.php';

const DESCRIBE = __DIR__ . '/support/describe.php';

/** @return list<string> */
function described(array $command): array
{
    exec(implode(' ', array_map('escapeshellarg', $command)) . ' 2>&1', $lines, $code);
    same(0, $code, implode("\n", $lines));
    return $lines;
}

test('the extension is the stub: names, types, defaults, constants, modifiers, parents', function (): void {
    $stub = described([PHP_BINARY, '-n', DESCRIBE, given('PINRELAY_STUB')]);
    $built = described([PHP_BINARY, '-n', '-d', 'extension=' . given('PINRELAY_SO'), DESCRIBE]);
    $lines = [];
    foreach (array_diff($stub, $built) as $line) {
        $lines[] = "- $line";
    }
    foreach (array_diff($built, $stub) as $line) {
        $lines[] = "+ $line";
    }
    same('', implode("\n", $lines), 'the difference between stub (-) and extension (+)');
    truth(count($stub) > 25, 'the description is not empty');
});

test('parameters can be named as the stub names them', function (): void {
    $relay = new \Pinrelay\Relay(options: options());
    same('named', $relay->prepare(event: event(['event_id' => 'named']))->eventId);
    same([], $relay->settled(limit: 5)['events']);
    same([], $relay->recent(limit: 5));
    same([], $relay->rejected(limit: 5));
    same(0, $relay->withdraw(eventIds: ['nobody']));
    same(0, $relay->withdrawVisitor(externalId: 'nobody'));
    same(0, $relay->retry(eventIds: ['nobody']));
});

test('the version is the module\'s', function (): void {
    same(\Pinrelay\Relay::VERSION, phpversion('pinrelay'));
});
