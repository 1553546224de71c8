<?php

/** Pinrelay\Receipt: what capture() and prepare() answer, and that nobody can change it. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Receipt;
use Pinrelay\Relay;

require __DIR__ . '/support/world.php';

function receipt(array $changes = []): Receipt
{
    return (new Relay(options()))->prepare(event($changes));
}

test('both halves carry the event id of the receipt', function (): void {
    $receipt = receipt(['event_id' => 'order-17']);
    same('order-17', $receipt->eventId);
    $calls = array_column($receipt->tagCalls, null, 0);
    same('checkout', $calls['track'][1]);
    same('order-17', $calls['track'][2]['event_id']);
});

test('tagJson is tagCalls as JSON', function (): void {
    $receipt = receipt();
    same($receipt->tagCalls, json_decode($receipt->tagJson, true, 32, JSON_THROW_ON_ERROR));
});

test('tagJson cannot leave a script element, whatever the product is called', function (): void {
    $name = '</script><!--<script>alert(1)</script>&' . "\u{2028}'\"";
    $receipt = receipt(['items' => [['id' => '42', 'name' => $name, 'price' => '1.00']]]);
    truth(preg_match('~[<>&\x{2028}\x{2029}]~u', $receipt->tagJson) === 0, "no active sign in: {$receipt->tagJson}");
    $calls = array_column(json_decode($receipt->tagJson, true), 2, 0);
    same($name, $calls['track']['line_items'][0]['product_name']);
});

test('neither half of a receipt holds plain personal data', function (): void {
    $receipt = receipt();
    discreet(print_r($receipt, true));
});

test('an event of an app or a till has no browser half', function (): void {
    $receipt = receipt(['action_source' => 'offline']);
    same([], $receipt->tagCalls);
    same('[]', $receipt->tagJson);
});

test('what could not be used is listed by path, and the event goes on without it', function (): void {
    $event = event();
    $event['user']['phone'] = 'n/a';
    $receipt = (new Relay(options()))->prepare($event);
    same(['user.phone'], array_column($receipt->warnings, 'path'));
    same(['path', 'message'], array_keys($receipt->warnings[0]));
    same([], receipt()->warnings);
});

test('no property of a receipt can be changed, extended, referenced or removed', function (): void {
    $receipt = receipt();
    $before = print_r($receipt, true);
    foreach (
        [
            static fn () => $receipt->eventId = 'other',
            static fn () => $receipt->tagCalls[] = ['track'],
            static fn () => $receipt->tagCalls[0][0] = 'track',
            static fn () => array_pop($receipt->warnings),
            static function () use ($receipt): void {
                foreach ($receipt->tagCalls as &$call) {
                    $call = null;
                }
            },
            static function () use ($receipt): void {
                unset($receipt->tagJson);
            },
            static fn () => $receipt->extra = 1,
            static fn () => (new \ReflectionProperty($receipt, 'eventId'))->setValue($receipt, 'other'),
            static fn () => new Receipt(),
        ] as $attempt
    ) {
        thrown(\Error::class, $attempt);
    }
    same($before, print_r($receipt, true));
});

test('a receipt cannot be serialised into being', function (): void {
    $receipt = receipt();
    thrown(\Exception::class, static fn () => serialize($receipt));
    thrown(\Exception::class, static fn () => unserialize('O:16:"Pinrelay\Receipt":0:{}'));
});
