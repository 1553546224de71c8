<?php

/** Apache with mod_php under the prefork MPM, on a configuration of the test's own. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Apache extends HttpServer
{
    private const MODULES = ['/usr/lib/apache2/modules', '/usr/lib64/httpd/modules', '/usr/libexec/apache2'];
    /** @var resource */
    private $process;
    private readonly string $home;

    /** @param array<string, string> $lines more of the configuration */
    public function __construct(array $lines = [])
    {
        parent::__construct();
        $binary = getenv('PINRELAY_APACHE') ?: skip('there is no Apache');
        $this->home = directory('apache');
        file_put_contents("{$this->home}/php.ini", 'extension=' . given('PINRELAY_SO') . "\n");
        file_put_contents("{$this->home}/httpd.conf", implode("\n", $this->configuration($lines)) . "\n");
        $null = ['file', '/dev/null', 'r+'];
        // In a group of its own: Apache signals all of its group when it restarts or ends.
        $command = ['setsid', $binary, '-DFOREGROUND', '-f', "{$this->home}/httpd.conf"];
        $this->process = proc_open($command, [$null, $null, ['file', "{$this->home}/error.log", 'a']], $pipes);
        afterwards($this->end(...));
        $this->awaitAnswer();
    }

    public function signal(int $number): void
    {
        proc_terminate($this->process, $number);
    }

    public function pid(): int
    {
        return proc_get_status($this->process)['pid'];
    }

    public function log(): string
    {
        return (string) @file_get_contents("{$this->home}/error.log");
    }

    public function isRunning(): bool
    {
        return proc_get_status($this->process)['running'];
    }

    public function ended(): void
    {
        eventually('Apache ended', fn (): bool => !$this->isRunning());
    }

    /** @return list<string> */
    private function configuration(array $lines): array
    {
        $load = [];
        foreach (['mpm_prefork', 'authz_core'] as $name) {
            $load[] = "LoadModule {$name}_module " . self::module("mod_$name.so");
        }
        $version = PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
        $load[] = 'LoadModule php_module ' . self::module("libphp$version.so", 'libphp.so');
        $more = array_map(static fn (string $name): string => "$name $lines[$name]", array_keys($lines));
        $user = isRoot() ? ['User ' . given('PINRELAY_USER'), 'Group ' . given('PINRELAY_USER')] : [];
        return [
            "ServerRoot {$this->home}", "PidFile {$this->home}/pid", "ErrorLog {$this->home}/error.log",
            'ServerName shop.example', "Listen {$this->address}", ...$load, ...$user, "PHPIniDir {$this->home}",
            'DocumentRoot ' . dirname(__DIR__) . '/web', 'SetHandler application/x-httpd-php',
            'StartServers 4', 'MinSpareServers 2', 'MaxSpareServers 6', ...$more,
        ];
    }

    private static function module(string ...$names): string
    {
        foreach (self::MODULES as $directory) {
            foreach ($names as $name) {
                if (file_exists("$directory/$name")) {
                    return "$directory/$name";
                }
            }
        }
        skip("Apache has no $names[0]");
    }

    private function end(): void
    {
        $this->signal(SIGTERM);
        $this->ended();
        proc_close($this->process);
    }
}
