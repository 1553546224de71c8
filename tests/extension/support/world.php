<?php

/** What a test needs around it: directories, options, events, a Pinterest to talk to, other PHP processes. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- functions, and what they need

namespace Pinrelay\Tests;

require_once __DIR__ . '/harness.php';
require_once __DIR__ . '/Server.php';
require_once __DIR__ . '/Pinterest.php';

const ACCOUNT = '549755885175';
const TOKEN = 'pina_secret_of_the_tests';

/** Personal data of the event below, none of which may turn up where it does not belong. */
const PERSONAL = ['jane.roe@example.com', 'Jane', 'Roe-Miller', '+1 415 555 0132', '555 0132', 'Springfield'];

/** A value that tests/extension/run hands over. */
function given(string $name): string
{
    $value = getenv($name);
    return $value === false || $value === '' ? fail("$name is not set; use tests/extension/run") : $value;
}

/** A directory of the running test's own. */
function directory(string $name): string
{
    $path = given('PINRELAY_WORK') . '/' . $name . '-' . bin2hex(random_bytes(4));
    mkdir($path, 0755, true) || fail("cannot make $path");
    return $path;
}

/**
 * Options for a relay, on a spool that does not exist yet.
 * @param array<string, mixed> $changes
 * @return array<string, mixed>
 */
function options(array $changes = []): array
{
    return $changes + [
        'site' => 'https://shop.example',
        'ad_account_id' => ACCOUNT,
        'access_token' => TOKEN,
        'spool_dir' => directory('spool') . '/spool',
        'api_base' => 'http://127.0.0.1:9/v5',
    ];
}

/**
 * A checkout with every kind of personal data.
 * @param array<string, mixed> $changes
 * @return array<string, mixed>
 */
function event(array $changes = []): array
{
    return $changes + [
        'event_name' => 'checkout',
        'event_id' => 'order-' . bin2hex(random_bytes(6)),
        'event_source_url' => 'https://shop.example/checkout/order-received/17/',
        'user' => [
            'email' => PERSONAL[0],
            'first_name' => PERSONAL[1],
            'last_name' => PERSONAL[2],
            'phone' => PERSONAL[3],
            'city' => PERSONAL[5],
            'country' => 'US',
            'ip' => '203.0.113.7',
            'user_agent' => 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        ],
        'order_id' => '17',
        'currency' => 'EUR',
        'value' => '25.50',
        'items' => [['id' => '42', 'name' => 'Mug', 'price' => '12.75', 'quantity' => 2]],
    ];
}

/**
 * Runs PHP with the extension: [exit code, output].
 * @param list<string> $as a command that runs another as somebody else
 */
function php(array $arguments, array $environment = [], array $as = []): array
{
    $command = [...$as, PHP_BINARY, '-n', '-d', 'extension=' . given('PINRELAY_SO'), ...$arguments];
    $environment += getenv();
    $streams = [['file', '/dev/null', 'r'], ['pipe', 'w'], ['redirect', 1]];
    $process = proc_open($command, $streams, $pipes, null, $environment);
    $output = stream_get_contents($pipes[1]);
    fclose($pipes[1]);
    return [proc_close($process), $output];
}

/** Accepts connections and never answers. Returns its API base. */
function silentPinterest(): string
{
    $socket = stream_socket_server('tcp://127.0.0.1:0') ?: fail('no port');
    afterwards(static fn () => fclose($socket));
    return 'http://' . stream_socket_get_name($socket, false) . '/v5';
}

/** Takes no connection at all, as an address that no route leads to: connecting to it hangs. Returns its API base. */
function unroutablePinterest(): string
{
    $context = stream_context_create(['socket' => ['backlog' => 0]]);
    $flags = STREAM_SERVER_BIND | STREAM_SERVER_LISTEN;
    $socket = stream_socket_server('tcp://127.0.0.1:0', flags: $flags, context: $context) ?: fail('no port');
    $address = stream_socket_get_name($socket, false);
    // Its queue is full once a connection no longer comes about; Linux then drops what knocks.
    $queue = [$socket];
    while (($waiting = @stream_socket_client("tcp://$address", timeout: 0.2)) !== false) {
        $queue[] = $waiting;
    }
    afterwards(static fn () => array_map(fclose(...), $queue));
    return "http://$address/v5";
}

/** Every file below a directory, as one text. */
function contents(string $directory): string
{
    $text = '';
    $files = new \RecursiveIteratorIterator(
        new \RecursiveDirectoryIterator($directory, \FilesystemIterator::SKIP_DOTS)
    );
    foreach ($files as $file) {
        $text .= $file->getPathname() . "\n" . file_get_contents($file->getPathname()) . "\n";
    }
    return $text;
}

/** Fails if personal data or the token is in the text. */
function discreet(string $text): void
{
    foreach ([TOKEN, ...PERSONAL] as $secret) {
        truth(!str_contains($text, $secret), "'$secret' stays out of: $text");
    }
}

function isRoot(): bool
{
    return trim((string) shell_exec('id -u')) === '0';
}
