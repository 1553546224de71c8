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

test('a receipt shows the same whichever way it is looked at first', function (): void {
    $known = receipt();
    $expected = [
        'eventId' => $known->eventId, 'tagCalls' => $known->tagCalls, 'tagJson' => $known->tagJson, 'warnings' => [],
    ];
    $fixed = static fn (): Receipt => receipt(['event_id' => $known->eventId]);
    $looks = [
        'a cast' => static fn (Receipt $r): array => (array) $r,
        'get_object_vars' => static fn (Receipt $r): array => get_object_vars($r),
        'json_encode' => static fn (Receipt $r): array => json_decode(json_encode($r), true),
        'var_export' => static fn (Receipt $r): array => eval(
            'return ' . str_replace('\Pinrelay\Receipt::__set_state(', '(', var_export($r, true)) . ';'
        ),
        'reflection' => static fn (Receipt $r): array => array_map(
            static fn (string $name) => (new \ReflectionProperty($r, $name))->getValue($r),
            array_combine(array_keys($expected), array_keys($expected)),
        ),
        'a clone' => static fn (Receipt $r): array => get_object_vars(clone $r),
        'a clone of a clone' => static fn (Receipt $r): array => (array) clone clone $r,
        'its properties' => static fn (Receipt $r): array => [
            'eventId' => $r->eventId, 'tagCalls' => $r->tagCalls, 'tagJson' => $r->tagJson, 'warnings' => $r->warnings,
        ],
    ];
    foreach ($looks as $way => $look) {
        $receipt = $fixed();
        same($expected, $look($receipt), $way);
        same($expected, $look($receipt), "$way, again");
    }
    $listed = [];
    foreach ($fixed() as $name => $value) {
        $listed[$name] = $value;
    }
    same($expected, $listed, 'foreach');
    truth(str_contains(print_r($fixed(), true), $known->eventId), 'print_r');
    foreach (array_keys($expected) as $name) {
        truth(isset($fixed()->$name), "isset $name");
        truth(property_exists($fixed(), $name), "property_exists $name");
        truth((new \ReflectionProperty(Receipt::class, $name))->isInitialized($fixed()), "initialised $name");
    }
    truth(!empty($fixed()->tagCalls) && empty($fixed()->warnings) && !isset($fixed()->other), 'empty');
});

test('receipts are equal when their properties are, whichever was looked at', function (): void {
    $fixed = static fn (string $id): Receipt => receipt(['event_id' => $id]);
    $read = $fixed('a');
    same('a', $read->eventId);
    truth($fixed('a') == $fixed('a') && $read == $fixed('a') && $fixed('a') == $read, 'equal');
    truth($fixed('a') != $fixed('b') && $read != $fixed('b') && $fixed('b') != $read, 'not equal');
    truth(clone $read == $fixed('a') && clone $fixed('a') == $fixed('a') && $fixed('a') == clone $fixed('a'), 'clones');
    truth(clone $read == $fixed('a'), 'a clone and one that nobody looked at');
    truth($fixed('a') != (new \ReflectionClass(Receipt::class))->newInstanceWithoutConstructor(), 'an empty one');
});

test('receipts that nobody looks at cost no memory that stays', function (): void {
    $relay = new Relay(options());
    $event = event();
    $held = static function (int $count) use ($relay, $event): int {
        for ($n = 0; $n < $count; $n++) {
            $receipt = $relay->prepare($event);
            $cycle = new \ArrayObject([$receipt]);
            $cycle['self'] = $cycle;
            if ($n % 3 === 0) {
                clone $receipt;
            }
            unset($receipt, $cycle);
            if ($n % 500 === 499) {
                gc_collect_cycles();
            }
        }
        preg_match('/^VmRSS:\s+(\d+)/m', file_get_contents('/proc/self/status'), $found);
        return (int) $found[1];
    };
    $before = $held(2_000);
    truth($held(8_000) - $before < 1_024, 'less than a mebibyte for 8,000 of them');
});
