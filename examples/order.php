<?php

/**
 * Sends one order to Pinterest, without WordPress or any other framework:
 *
 *     PINRELAY_AD_ACCOUNT_ID=... PINRELAY_ACCESS_TOKEN=... \
 *         php -d extension=/path/to/libpinrelay.so examples/order.php [order.json]
 *
 * The file holds one event as pinrelay.stub.php describes it. Settings come from the environment, under the names of
 * the plugin's constants:
 *
 *     PINRELAY_AD_ACCOUNT_ID   required
 *     PINRELAY_ACCESS_TOKEN    without it the order is stored, and sent once a process with a token drains the spool
 *     PINRELAY_TAG_ID          the tag of the browser half
 *     PINRELAY_TEST_MODE       1: Pinterest checks the event and does not count it
 *     PINRELAY_SPOOL_DIR       where orders wait; default: .pinrelay in the current directory
 *     PINRELAY_API_BASE        default: Pinterest's
 *     PINRELAY_SITE            whose orders these are; default: the origin of event_source_url
 *
 * Exit code: 0 Pinterest has the order; 1 wrong call or settings; 2 the event cannot be sent; 3 it could not be stored;
 * 4 it is stored and waits; 5 Pinterest refused it.
 */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

use Pinrelay\ConfigException;
use Pinrelay\InvalidEventException;
use Pinrelay\Receipt;
use Pinrelay\Relay;
use Pinrelay\SpoolException;

const DELIVERED = 0;
const MISUSED = 1;
const INVALID = 2;
const NOT_STORED = 3;
const WAITING = 4;
const REFUSED = 5;

exit(main($argv[1] ?? __DIR__ . '/order.json'));

function main(string $file): int
{
    if (!extension_loaded('pinrelay')) {
        return complain(MISUSED, 'The extension is not loaded. Run: php -d extension=/path/to/libpinrelay.so ...');
    }
    $order = json_decode((string) @file_get_contents($file), true);
    if (!is_array($order)) {
        return complain(MISUSED, "$file cannot be read, or is not a JSON object.");
    }
    try {
        $relay = new Relay(options($order));
        $receipt = $relay->capture($order);
        show($receipt);
        // A shop would be done here: under FPM the background thread delivers. The command line has to wait for it.
        $drained = $relay->drain(10.0);
        return verdict($relay, $receipt->eventId, $drained);
    } catch (ConfigException $faulty) {
        return complain(MISUSED, 'The settings cannot be used:', $faulty->errors());
    } catch (InvalidEventException $faulty) {
        return complain(INVALID, 'The order cannot be sent:', $faulty->errors());
    } catch (SpoolException $failure) {
        return complain(NOT_STORED, "The order could not be stored ({$failure->reason()}): {$failure->getMessage()}");
    }
}

/**
 * @param array<mixed> $order
 * @return array<string, mixed>
 */
function options(array $order): array
{
    $url = parse_url(is_string($order['event_source_url'] ?? null) ? $order['event_source_url'] : '') ?: [];
    $origin = isset($url['scheme'], $url['host']) ? "{$url['scheme']}://{$url['host']}" : '';
    $options = [
        'site' => setting('SITE') ?? $origin,
        'ad_account_id' => setting('AD_ACCOUNT_ID') ?? '',
        'access_token' => setting('ACCESS_TOKEN'),
        'tag_id' => setting('TAG_ID'),
        'spool_dir' => setting('SPOOL_DIR') ?? getcwd() . '/.pinrelay',
        'test' => in_array(setting('TEST_MODE'), ['1', 'true', 'yes', 'on'], true),
        'api_base' => setting('API_BASE'),
    ];
    return array_filter($options, static fn (mixed $value): bool => $value !== null);
}

function setting(string $name): ?string
{
    $value = getenv("PINRELAY_$name");
    return $value === false || $value === '' ? null : $value;
}

function show(Receipt $receipt): void
{
    echo "event_id  {$receipt->eventId}\n";
    echo "browser   {$receipt->tagJson}\n";
    foreach ($receipt->warnings as $warning) {
        echo "left out  {$warning['path']}: {$warning['message']}\n";
    }
}

/** @param array{sender: string, delivered: int, rejected: int, waiting: int} $drained */
function verdict(Relay $relay, string $eventId, array $drained): int
{
    $cursor = '';
    do {
        $settled = $relay->settled($cursor);
        foreach ($settled['events'] as $event) {
            if ($event['event_id'] === $eventId) {
                echo "verdict   {$event['verdict']}", $event['message'] === null ? '' : ": {$event['message']}", "\n";
                return $event['verdict'] === 'delivered' ? DELIVERED : REFUSED;
            }
        }
        $cursor = $settled['cursor'];
    } while ($settled['events'] !== []);

    $status = $relay->status();
    $why = match (true) {
        $drained['sender'] === 'none' => 'this process may not send (no access token?)',
        $status['paused'] !== null => "sending is paused ({$status['paused']['reason']})",
        default => $status['last_error']['message'] ?? 'Pinterest has not answered yet',
    };
    echo "verdict   waiting: $why\n";
    return WAITING;
}

/** @param list<array{path: string, message: string}> $errors */
function complain(int $code, string $message, array $errors = []): int
{
    fwrite(STDERR, "$message\n");
    foreach ($errors as $error) {
        fwrite(STDERR, "  {$error['path']}: {$error['message']}\n");
    }
    return $code;
}
