<?php

/** Pinrelay\Relay as an object: final, closed, strict about scalars, silent about what it holds. */

declare(strict_types=1);

namespace Pinrelay\Tests;

use Pinrelay\Relay;

require __DIR__ . '/support/world.php';

test('a relay can be neither cloned, serialised nor extended with properties', function (): void {
    $relay = new Relay(options());
    thrown(\Error::class, static fn () => clone $relay);
    thrown(\Exception::class, static fn () => serialize($relay));
    thrown(\Exception::class, static fn () => unserialize('O:14:"Pinrelay\Relay":0:{}'));
    thrown(\Error::class, static fn () => $relay->token = 'x');
    $bare = static fn () => (new \ReflectionClass(Relay::class))->newInstanceWithoutConstructor();
    thrown(\ReflectionException::class, $bare);
});

test('a relay shows nothing of its options', function (): void {
    $relay = new Relay(options());
    ob_start();
    var_dump($relay, (array) $relay);
    $shown = ob_get_clean() . print_r($relay, true) . var_export($relay, true) . json_encode($relay);
    discreet($shown);
});

test('scalars are strict: no number for a text, no text for a number', function (): void {
    $relay = new Relay(options());
    foreach (
        [
            static fn () => $relay->settled(7),
            static fn () => $relay->settled(null),
            static fn () => $relay->settled('', '7'),
            static fn () => $relay->settled('', 7.0),
            static fn () => $relay->rejected(true),
            static fn () => $relay->drain('1'),
            static fn () => $relay->drain(null),
            static fn () => $relay->prepare('checkout'),
            static fn () => $relay->prepare(new \stdClass()),
            static fn () => $relay->withdraw('17'),
            static fn () => new Relay(null),
        ] as $call
    ) {
        thrown(\TypeError::class, $call);
    }
});

test('an int may stand for a float, as everywhere in PHP', function (): void {
    truth(is_array((new Relay(options()))->drain(0)), 'drain(0) is taken');
});

test('missing and surplus arguments are refused', function (): void {
    $relay = new Relay(options());
    thrown(\ArgumentCountError::class, static fn () => $relay->prepare());
    thrown(\ArgumentCountError::class, static fn () => $relay->purge(1));
    thrown(\ArgumentCountError::class, static fn () => new Relay());
});

test('ids may come as int, because PHP makes numeric array keys and order ids so', function (): void {
    $relay = new Relay(options());
    $relay->capture(event(['event_id' => '17']));
    same(1, $relay->withdraw([17]));
});
