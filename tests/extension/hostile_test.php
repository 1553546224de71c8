<?php

/** Input that means harm, or comes from a shop that is not quite well: an answer each time, never a crash. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\ConfigException;
use Pinrelay\InvalidEventException;
use Pinrelay\Relay;

require __DIR__ . '/support/world.php';

/** @return list<string> the paths that an event was refused for */
function refusedFor(array $event): array
{
    $prepare = static fn () => (new Relay(options()))->prepare($event);
    return array_column(thrown(InvalidEventException::class, $prepare)->errors(), 'path');
}

test('an array that contains itself is refused', function (): void {
    $event = event();
    $event['items'][0]['name'] = &$event;
    truth(refusedFor($event) !== [], 'the event is refused');
    $loop = [];
    $loop['user'] = &$loop;
    truth(refusedFor($loop) !== [], 'the loop is refused');
});

test('a small array that unfolds to billions of values is refused', function (): void {
    $bomb = ['x'];
    for ($level = 0; $level < 7; $level++) {
        $bomb = array_fill(0, 100, $bomb);
    }
    truth(refusedFor(event(['items' => $bomb])) !== [], 'the event is refused');
});

test('nesting of any depth is refused', function (): void {
    $deep = 'x';
    for ($level = 0; $level < 100_000; $level++) {
        $deep = [$deep];
    }
    truth(refusedFor(event(['items' => $deep])) !== [], 'the event is refused');
    // PHP itself would recurse on freeing it all at once.
    while (is_array($deep)) {
        $deep = $deep[0];
    }
});

test('references are read through and left as they are', function (): void {
    $event = event(['event_id' => 'by-reference']);
    $plain = (new Relay(options()))->prepare($event);
    $price = &$event['items'][0]['price'];
    $user = &$event['user'];
    $email = &$event['user']['email'];
    $receipt = (new Relay(options()))->prepare($event);
    same($plain->tagJson, $receipt->tagJson);
    same('12.75', $price);
    same(PERSONAL[0], $email);
    same(PERSONAL[1], $user['first_name']);
});

test('text that is not UTF-8 is named, not dropped', function (): void {
    truth(in_array('event_id', refusedFor(event(['event_id' => "caf\xe9"])), true), 'event_id is named');
    $event = event();
    $event['user']['first_name'] = "Ren\xe9";
    $receipt = (new Relay(options()))->prepare($event);
    same(['user.first_name'], array_column($receipt->warnings, 'path'));
});

test('keys that are numbers or not UTF-8 are unknown keys', function (): void {
    same(['[7]'], refusedFor(event() + [7 => 'x']));
    truth(count(refusedFor(event() + ["\xff\xfe" => 'x'])) === 1, 'one fault');
});

test('NUL bytes and control characters cut nothing short', function (): void {
    $event = event(["cur\0rency" => 'EUR', 'event_name' => "check\0out"]);
    $prepare = static fn () => (new Relay(options()))->prepare($event);
    same(2, count(thrown(InvalidEventException::class, $prepare)->errors()));
    $receipt = (new Relay(options()))->prepare(event(['items' => [['id' => '4', 'name' => "A\0B", 'price' => '1']]]));
    truth(json_decode($receipt->tagJson) !== null, 'the tag half is JSON');
});

test('objects and resources are refused, also those that could be text', function (): void {
    $text = new class {
        public function __toString(): string
        {
            fail('PHP code ran while the event was read');
        }
    };
    same(['order_id'], refusedFor(event(['order_id' => $text])));
    same(['value'], refusedFor(event(['value' => STDIN])));
    same(['user'], refusedFor(event(['user' => (object) ['email' => PERSONAL[0]]])));
    thrown(ConfigException::class, static fn () => new Relay(options(['site' => $text])));
});

test('numbers that are no numbers are refused', function (): void {
    foreach ([NAN, INF, -INF] as $number) {
        same(['value'], refusedFor(event(['value' => $number])));
    }
});

test('types in the wrong place are refused, each by its path', function (): void {
    same(['items'], refusedFor(event(['items' => 'one'])));
    same(['items[0]'], refusedFor(event(['items' => ['one']])));
    same(['event_time'], refusedFor(event(['event_time' => 1.5])));
    same(['ldp'], refusedFor(event(['ldp' => 'yes'])));
});

test('a very long text neither crashes nor reaches a message', function (): void {
    $long = str_repeat('jane@example.com ', 1_000_000);
    $exception = thrown(
        InvalidEventException::class,
        static fn () => (new Relay(options()))->prepare(event(['event_name' => $long]))
    );
    truth(strlen($exception->getMessage()) < 10_000, 'the message stays short');
    truth(!str_contains($exception->getMessage(), 'jane@'), 'the value is not quoted');
});

test('a fatal error while the answer is built leaves the relay usable for the next request', function (): void {
    // The memory limit strikes inside our call; what runs afterwards in the same process must not hang.
    $code = '$o = json_decode(getenv("OPTIONS"), true); $e = json_decode(getenv("EVENT"), true);'
        . 'register_shutdown_function(function () use ($o, $e) {'
        . '  ini_set("memory_limit", "256M"); echo (new Pinrelay\Relay($o))->prepare($e)->eventId, "\n"; });'
        . '$r = new Pinrelay\Relay($o); $keep = []; while (true) { $keep[] = $r->prepare($e); }';
    $event = event(['event_id' => 'after-the-fatal', 'items' => array_fill(0, 500, ['id' => '1', 'price' => '1.00'])]);
    $environment = ['OPTIONS' => json_encode(options()), 'EVENT' => json_encode($event)];
    [$status, $output] = php(['-d', 'memory_limit=16M', '-d', 'display_errors=1', '-r', $code], $environment);
    contains('Allowed memory size', $output);
    contains("\nafter-the-fatal", $output);
    same(255, $status);
});

test('repeated calls do not grow the process', function (): void {
    $relay = new Relay(options());
    $rounds = static function (int $count) use ($relay): int {
        for ($round = 0; $round < $count; $round++) {
            $relay->prepare(event());
            try {
                $relay->prepare(['bad' => 1]);
            } catch (InvalidEventException) {
                // Made and let go, which is what is counted here.
            }
        }
        gc_collect_cycles();
        return memory_get_usage();
    };
    $rounds(100);
    $before = $rounds(100);
    same($before, $rounds(2000), 'memory of PHP after 2000 more calls');
});
