<?php

/** The ini settings and phpinfo(). */

declare(strict_types=1);

namespace Pinrelay\Tests;

require __DIR__ . '/support/world.php';

const SETTINGS = [
    'cafile', 'concurrency', 'connect_timeout', 'durability', 'log_level', 'max_bytes', 'proxy', 'sender', 'spool_root',
    'timeout',
];

test('the settings are those of the design, and nothing else', function (): void {
    $names = array_keys(ini_get_all('pinrelay', false));
    same(array_map(static fn (string $name): string => "pinrelay.$name", SETTINGS), $names);
});

test('the usual case needs no setting', function (): void {
    same('auto', ini_get('pinrelay.sender'));
    same('off', ini_get('pinrelay.durability'));
    same('', ini_get('pinrelay.spool_root'));
});

test('a script cannot change them', function (): void {
    foreach (ini_get_all('pinrelay') as $name => $setting) {
        same(INI_SYSTEM, $setting['access'], $name);
        same(false, @ini_set($name, '1'), $name);
    }
});

test('a setting that cannot be meant is refused when a relay is made, by its name', function (): void {
    $code = 'try { new Pinrelay\Relay(json_decode(getenv("OPTIONS"), true)); echo "made"; }'
        . ' catch (Pinrelay\ConfigException $e) { echo json_encode(array_column($e->errors(), "path")); }';
    $environment = ['OPTIONS' => json_encode(options())];
    $wrong = ['sender' => 'maybe', 'durability' => 'most', 'max_bytes' => 'much', 'timeout' => 'soon'];
    foreach ($wrong as $name => $text) {
        [$status, $output] = php(['-d', "pinrelay.$name=$text", '-r', $code], $environment);
        same([0, json_encode(["pinrelay.$name"])], [$status, $output], $name);
    }
    same([0, 'made'], php(['-d', 'pinrelay.durability=checkout', '-r', $code], $environment));
});

test('phpinfo() shows the build and the settings, and no state', function (): void {
    [$status, $output] = php(['-d', 'pinrelay.sender=off', '-r', 'phpinfo(INFO_MODULES);']);
    same(0, $status);
    $table = strstr(strstr($output, "\npinrelay\n"), "\n\n\n", true) ?: $output;
    contains('Version => ' . \Pinrelay\Relay::VERSION, $table);
    contains('API level => ' . \Pinrelay\Relay::API_LEVEL, $table);
    truth(preg_match('~^Commit => \S+$~m', $table) === 1, 'the commit is there');
    truth(preg_match('~^Sender => off~m', $table) === 1, 'the sender mode is there');
    foreach (SETTINGS as $name) {
        contains("pinrelay.$name => ", $table);
    }
});

test('phpinfo() does not show the password of the proxy', function (): void {
    $proxy = 'http://ada:opensesame@proxy.example:3128';
    [$status, $output] = php(['-d', "pinrelay.proxy=$proxy", '-r', 'phpinfo(INFO_MODULES);']);
    same(0, $status);
    contains('pinrelay.proxy => proxy.example:3128 => proxy.example:3128', $output);
    same(false, strpos($output, 'opensesame'));
});

test('the module starts and ends cleanly without being used', function (): void {
    same([0, 'yes'], php(['-r', 'echo extension_loaded("pinrelay") ? "yes" : "no";']));
});
