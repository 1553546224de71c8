<?php

/** The exceptions: their classes, what they carry, where they say they come from, what they keep to themselves. */

declare(strict_types=1);

// phpcs:disable PSR1.Files.SideEffects -- a script

namespace Pinrelay\Tests;

use Pinrelay\ConfigException;
use Pinrelay\InvalidEventException;
use Pinrelay\Relay;
use Pinrelay\SpoolException;

require __DIR__ . '/support/world.php';

// Frames with arguments are where a secret would show; production settings leave them out.
ini_set('zend.exception_ignore_args', '0');

/** An event with faults in four places and personal data all over. */
function faulty(): array
{
    $event = event(['event_name' => 'purchase', 'currency' => 978, 'dedup_key' => 'x']);
    $event['items'][0]['price'] = 'free';
    return $event;
}

/** Some directory entry that no spool can live below. */
function impossible(): array
{
    $file = directory('blocked') . '/file';
    touch($file);
    return options(['spool_dir' => "$file/spool"]);
}

/** @return array<string, \Throwable> one of each, as thrown */
function samples(): array
{
    $config = static fn () => new Relay(options(['site' => '', 'api_base' => 7, 'acces_token' => 'x']));
    $invalid = static fn () => (new Relay(options()))->capture(faulty());
    $spool = static fn () => (new Relay(impossible()))->capture(event());
    return [
        ConfigException::class => thrown(ConfigException::class, $config),
        InvalidEventException::class => thrown(InvalidEventException::class, $invalid),
        SpoolException::class => thrown(SpoolException::class, $spool),
    ];
}

test('every exception is a Pinrelay\Exception and of the family its stub names', function (): void {
    foreach (samples() as $class => $exception) {
        truth($exception instanceof \Pinrelay\Exception, "$class has the marker");
        same($class !== SpoolException::class, $exception instanceof \InvalidArgumentException);
        same($class === SpoolException::class, $exception instanceof \RuntimeException);
    }
});

test('an exception says where PHP code called', function (): void {
    try {
        $line = __LINE__ + 1;
        (new Relay(options()))->prepare(faulty());
    } catch (InvalidEventException $exception) {
        same(__FILE__, $exception->getFile());
        same($line, $exception->getLine());
        same('prepare', $exception->getTrace()[0]['function']);
        same(null, $exception->getPrevious());
        same(0, $exception->getCode());
    }
});

test('bad options are listed all at once, by name', function (): void {
    $exception = samples()[ConfigException::class];
    $paths = array_column($exception->errors(), 'path');
    sort($paths);
    same(['acces_token', 'api_base', 'site'], $paths);
});

test('a faulty event lists every fault with its path, in errors() and in the message', function (): void {
    $exception = samples()[InvalidEventException::class];
    $paths = array_column($exception->errors(), 'path');
    foreach (['event_name', 'currency', 'dedup_key'] as $path) {
        truth(in_array($path, $paths, true), "$path is among " . implode(', ', $paths));
    }
    foreach ($exception->errors() as $error) {
        same(['path', 'message'], array_keys($error));
        contains("{$error['path']}: {$error['message']}", $exception->getMessage());
    }
});

test('an event without a usable match key is refused', function (): void {
    $exception = thrown(
        InvalidEventException::class,
        static fn () => (new Relay(options()))->prepare(event(['user' => ['phone' => '+14155550132']]))
    );
    contains('user', $exception->errors()[0]['path']);
});

test('a spool that cannot be had tells a reason of the contract', function (): void {
    $reasons = ['full', 'readonly', 'foreign_owner', 'foreign_site', 'unsafe', 'later_version', 'disabled', 'io'];
    $exception = samples()[SpoolException::class];
    truth(in_array($exception->reason(), $reasons, true), "'{$exception->reason()}' is a known reason");
    truth($exception->getMessage() !== '', 'there is a message');
});

test('the token and the shopper stay out of every form an exception can take', function (): void {
    foreach (samples() as $exception) {
        ob_start();
        var_dump($exception);
        // The frames of this file's own functions hold no secret, only those of the extension could.
        discreet(ob_get_clean() . print_r($exception, true) . $exception . print_r($exception->getTrace(), true));
    }
});

test('an uncaught exception prints no argument of ours', function (): void {
    $code = 'try { new Pinrelay\Relay(["access_token" => "' . TOKEN . '"]); } finally { echo "finally\n"; }';
    [$status, $output] = php(['-d', 'zend.exception_ignore_args=0', '-d', 'display_errors=1', '-r', $code]);
    same(255, $status);
    contains('finally', $output);
    contains('Uncaught Pinrelay\ConfigException', $output);
    discreet($output);
});

test('PHP code may make the exceptions itself, as its own tests will', function (): void {
    same([], (new ConfigException('no'))->errors());
    same([], (new InvalidEventException('no', 3, new \Exception()))->errors());
    same('io', (new SpoolException('no'))->reason());
    same('no', (new SpoolException('no'))->getMessage());
});

test('an exception survives serialisation with its payload', function (): void {
    // The frames of this file hold closures, which PHP does not serialise.
    ini_set('zend.exception_ignore_args', '1');
    afterwards(static fn () => ini_set('zend.exception_ignore_args', '0'));
    $exception = samples()[InvalidEventException::class];
    $text = serialize($exception);
    discreet($text);
    same($exception->errors(), unserialize($text)->errors());
});

test('the classes are final', function (): void {
    $code = 'class Mine extends Pinrelay\SpoolException {}';
    [$status, $output] = php(['-d', 'display_errors=1', '-r', $code]);
    same(255, $status);
    contains('final class', $output);
});
