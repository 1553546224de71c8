<?php

/** Under the CLI: capture spools, drain() delivers, and what a process captured outlives it. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\Relay;
use Pinrelay\SpoolException;

require __DIR__ . '/support/world.php';

test('a captured event waits on disk and drain() delivers it, hashed', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $receipt = $relay->capture(event(['event_id' => 'order-1']));
    same('order-1', $receipt->eventId);
    same(['revenue' => 1, 'visit' => 0], $relay->status()['waiting']);
    same([], $pinterest->requests(), 'what a CLI process sends unasked');

    $drained = $relay->drain(20.0);
    same(['sender' => 'self', 'delivered' => 1, 'rejected' => 0, 'waiting' => 0], $drained);
    [$request] = $pinterest->requests();
    same('/v5/ad_accounts/' . ACCOUNT . '/events', $request['path']);
    same('Bearer ' . TOKEN, $request['authorization']);
    same(hash('sha256', PERSONAL[0]), $request['events'][0]['user_data']['em'][0]);
    discreet(json_encode($request['events']));
    same(['revenue' => 0, 'visit' => 0], $relay->status()['waiting']);
});

test('the spool holds no plain personal data and no token', function (): void {
    $pinterest = new Pinterest();
    $options = options(['api_base' => $pinterest->base]);
    $relay = new Relay($options);
    $relay->capture(event());
    $relay->capture(event(['event_id' => 'refuse-1']));
    discreet(contents($options['spool_dir']));
    $relay->drain(20.0);
    discreet(contents($options['spool_dir']));
});

test('the spool is its owner\'s alone', function (): void {
    $options = options();
    (new Relay($options))->capture(event());
    $files = new \RecursiveIteratorIterator(
        new \RecursiveDirectoryIterator($options['spool_dir'], \FilesystemIterator::SKIP_DOTS),
        \RecursiveIteratorIterator::SELF_FIRST
    );
    same(0700, fileperms($options['spool_dir']) & 0777);
    foreach ($files as $file) {
        same($file->isDir() ? 0700 : 0600, $file->getPerms() & 0777, $file->getPathname());
    }
});

test('verdicts come back once each, oldest first, by cursor', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    same([], $relay->settled()['events']);
    $relay->capture(event(['event_id' => 'good-1']));
    $relay->capture(event(['event_id' => 'refuse-1']));
    same(['sender' => 'self', 'delivered' => 1, 'rejected' => 1, 'waiting' => 0], $relay->drain(20.0));
    $first = $relay->settled('', 1);
    $rest = $relay->settled($first['cursor']);
    $events = [...$first['events'], ...$rest['events']];
    same(['good-1', 'refuse-1'], array_column($events, 'event_id'));
    same(['delivered', 'rejected'], array_column($events, 'verdict'));
    same(['event_id', 'event_name', 'verdict', 'at', 'message'], array_keys($events[0]));
    same([], $relay->settled($rest['cursor'])['events']);
});

test('the newest settled events of every kind come back, newest first', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    same([], $relay->recent());
    foreach (['refuse-sale' => 'checkout', 'a-visit' => 'page_visit', 'old' => 'page_visit'] as $id => $name) {
        $ago = $id === 'old' ? 7_200 : 0;
        $relay->capture(['event_id' => $id, 'event_name' => $name, 'event_time' => time() - $ago] + event());
    }
    $relay->drain(20.0);
    $recent = $relay->recent();
    same(['event_id', 'event_name', 'verdict', 'at', 'message', 'lane'], array_keys($recent[0]));
    $found = array_column($recent, null, 'event_id');
    same(['rejected', 'revenue'], [$found['refuse-sale']['verdict'], $found['refuse-sale']['lane']]);
    same(['delivered', 'visit'], [$found['a-visit']['verdict'], $found['a-visit']['lane']]);
    same(['expired', 'page_visit'], [$found['old']['verdict'], $found['old']['event_name']]);
    same(array_slice($recent, 0, 2), $relay->recent(2));
    same(['refuse-sale'], array_column($relay->settled()['events'], 'event_id'));
    same([1, ['stale' => 1]], [$relay->status()['delivered'], $relay->status()['lost']]);
});

test('a rejected event is kept with Pinterest\'s words and can be put back in line', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $relay->capture(event(['event_id' => 'refuse-2']));
    $relay->drain(20.0);
    [$letter] = $relay->rejected();
    same('refuse-2', $letter['event_id']);
    same('checkout', $letter['event_name']);
    contains('Refused by its event_id', $letter['message']);
    same(1, $relay->status()['rejected']);
    same(1, $relay->retry(['refuse-2']));
    same(0, $relay->status()['rejected']);
    same(1, $relay->status()['waiting']['revenue']);
});

test('withdraw() takes back what is not settled', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $relay->capture(event(['event_id' => 'kept']));
    $relay->capture(event(['event_id' => 'cancelled']));
    same(1, $relay->withdraw(['cancelled', 'unknown']));
    $relay->drain(20.0);
    same(['kept'], $pinterest->eventIds());
    $verdicts = array_column($relay->settled()['events'], 'verdict', 'event_id');
    same('withdrawn', $verdicts['cancelled']);
});

test('purge() empties the destination and says how much', function (): void {
    $relay = new Relay(options());
    $relay->capture(event());
    $relay->capture(event());
    same(2, $relay->purge());
    same(['revenue' => 0, 'visit' => 0], $relay->status()['waiting']);
});

test('status() has the shape of the contract', function (): void {
    $relay = new Relay(options());
    $relay->capture(event());
    $status = $relay->status();
    $keys = [
        'node', 'generation', 'waiting', 'rejected', 'delivered', 'lost', 'oldest_waiting_at', 'last_success_at',
        'last_error', 'paused', 'retry_at', 'sender', 'last_refused', 'spool',
    ];
    same($keys, array_keys($status));
    same(['dir', 'bytes', 'writable', 'network_fs', 'trouble'], array_keys($status['spool']));
    same(true, $status['spool']['writable']);
    same(null, $status['sender']);
    truth(is_int($status['oldest_waiting_at']), 'the oldest waiting event has a time');
});

test('a test destination is apart and asks for ?test=true', function (): void {
    $pinterest = new Pinterest();
    $options = options(['api_base' => $pinterest->base, 'test' => true]);
    (new Relay($options))->capture(event(['event_id' => 'trial']));
    same(0, (new Relay(['test' => false] + $options))->status()['waiting']['revenue']);
    (new Relay($options))->drain(20.0);
    [$request] = $pinterest->requests();
    same('/v5/ad_accounts/' . ACCOUNT . '/events?test=true', $request['path']);
});

test('sendTest() makes one call now and tells the answer', function (): void {
    $pinterest = new Pinterest();
    $relay = new Relay(options(['api_base' => $pinterest->base]));
    $answer = $relay->sendTest(event(['event_id' => 'probe']));
    same(['http_status', 'verdict', 'message', 'body'], array_keys($answer));
    same(200, $answer['http_status']);
    same('/v5/ad_accounts/' . ACCOUNT . '/events?test=true', $pinterest->requests()[0]['path']);
    same(0, $relay->status()['waiting']['revenue']);
});

test('without a token a process captures and never sends', function (): void {
    $pinterest = new Pinterest();
    $options = options(['api_base' => $pinterest->base]);
    $silent = new Relay(['access_token' => null] + $options);
    $silent->capture(event(['event_id' => 'handed-over']));
    same('none', $silent->drain(0.5)['sender']);
    same([], $pinterest->requests());
    (new Relay($options))->drain(20.0);
    same(['handed-over'], $pinterest->eventIds());
});

test('a relay that is switched off refuses to capture and says so', function (): void {
    $relay = new Relay(options(['enabled' => false]));
    same('disabled', thrown(SpoolException::class, static fn () => $relay->capture(event()))->reason());
});

test('a read-only place refuses the event and takes the next when it is writable', function (): void {
    $parent = directory('readonly');
    $options = options(['spool_dir' => "$parent/spool"]);
    chmod($parent, 0555);
    afterwards(static fn () => chmod($parent, 0755));
    $relay = new Relay($options);
    thrown(SpoolException::class, static fn () => $relay->capture(event()));
    chmod($parent, 0755);
    $relay->capture(event(['event_id' => 'afterwards']));
    same(1, $relay->status()['waiting']['revenue']);
});

test('two sites in one place keep apart', function (): void {
    $options = options();
    (new Relay($options))->capture(event());
    $neighbour = new Relay(['site' => 'https://other.example'] + $options);
    same(0, $neighbour->status()['waiting']['revenue']);
    same(0, $neighbour->purge());
    same(1, (new Relay($options))->status()['waiting']['revenue']);
});

test('a copied spool, as a copied shop has it, is refused', function (): void {
    $options = options();
    (new Relay($options))->capture(event());
    $copy = directory('copy') . '/spool';
    exec('cp -a ' . escapeshellarg($options['spool_dir']) . ' ' . escapeshellarg($copy));
    $capture = static fn () => (new Relay(['spool_dir' => $copy] + $options))->capture(event());
    same('foreign_site', thrown(SpoolException::class, $capture)->reason());
});
