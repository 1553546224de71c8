<?php

/** PHP-FPM under a configuration of the test's own, and just enough FastCGI to make requests of it. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Fpm implements WebServer
{
    /** @var resource */
    private $process;
    private readonly string $socket;
    private readonly string $log;
    private readonly int $pid;
    private bool $running = true;

    /**
     * @param array<string, string> $pool lines of the pool section
     * @param array<string, string> $global lines of the global section
     * @param array<string, string> $ini
     * @param bool $daemon whether it leaves its launcher, as system services of old do
     */
    public function __construct(
        array $pool = [],
        array $global = [],
        array $ini = [],
        private readonly bool $daemon = false
    ) {
        $binary = getenv('PINRELAY_FPM') ?: skip('there is no php-fpm');
        $home = directory('fpm');
        $this->socket = "$home/fpm.sock";
        $this->log = "$home/fpm.log";
        $pool += ['listen' => $this->socket, 'pm' => 'static', 'pm.max_children' => '2'];
        $pool += ['catch_workers_output' => 'yes'];
        if (isRoot()) {
            $pool += ['user' => given('PINRELAY_USER'), 'group' => given('PINRELAY_USER')];
        }
        // Without a timeout the master cuts its children off in the middle of a request.
        $global += ['error_log' => $this->log, 'pid' => "$home/fpm.pid", 'process_control_timeout' => '10s'];
        $lines = ['[global]', ...self::lines($global), '[shop]', ...self::lines($pool)];
        file_put_contents("$home/fpm.conf", implode("\n", $lines) . "\n");
        $command = [$binary, '-n', $daemon ? '-D' : '-F', '-y', "$home/fpm.conf"];
        foreach ($ini + ['extension' => given('PINRELAY_SO')] as $name => $value) {
            array_push($command, '-d', "$name=$value");
        }
        $null = ['file', '/dev/null', 'r+'];
        $this->process = proc_open($command, [$null, $null, $null], $pipes);
        afterwards($this->end(...));
        if ($daemon) {
            same(0, proc_close($this->process), 'the exit code of the launcher');
        }
        // It says so when it has started its workers; the socket alone is there before.
        eventually('FPM is ready', fn (): bool => str_contains($this->log(), 'ready to handle connections'));
        $this->pid = (int) file_get_contents("$home/fpm.pid");
    }

    public function request(string $script, array $input = []): string
    {
        $parameters = [
            'SCRIPT_FILENAME' => dirname(__DIR__) . "/web/$script",
            'REQUEST_METHOD' => 'GET',
            'INPUT' => json_encode($input, JSON_THROW_ON_ERROR),
        ];
        $encoded = '';
        foreach ($parameters as $name => $value) {
            $encoded .= pack('NN', strlen($name) | 1 << 31, strlen($value) | 1 << 31) . $name . $value;
        }
        $connection = stream_socket_client("unix://{$this->socket}") ?: fail('no connection to FPM');
        stream_set_timeout($connection, 60);
        $begin = self::record(1, pack('nC6', 1, 0, 0, 0, 0, 0, 0));
        fwrite($connection, $begin . self::record(4, $encoded) . self::record(4, '') . self::record(5, ''));
        $output = '';
        while (($header = self::read($connection, 8)) !== null) {
            ['type' => $type, 'length' => $length, 'padding' => $padding] =
                unpack('Cversion/Ctype/nid/nlength/Cpadding/Creserved', $header);
            $content = (string) self::read($connection, $length + $padding);
            if ($type === 3) {
                break;
            }
            $output .= substr($content, 0, $length);
        }
        fclose($connection);
        return explode("\r\n\r\n", $output, 2)[1] ?? $output;
    }

    public function signal(int $number): void
    {
        exec("kill -$number {$this->pid} 2>&1");
    }

    /** Waits until the master has gone. */
    public function ended(float $guard): void
    {
        $runs = fn (): bool => $this->daemon
            ? file_exists("/proc/{$this->pid}")
            : proc_get_status($this->process)['running'];
        eventually('FPM ended', static fn (): bool => !$runs(), $guard);
        $this->running = false;
    }

    public function pid(): int
    {
        return $this->pid;
    }

    /** @return list<int> the pids of the workers */
    public function workers(): array
    {
        $children = (string) @file_get_contents("/proc/{$this->pid}/task/{$this->pid}/children");
        return array_map(intval(...), preg_split('~ ~', $children, flags: PREG_SPLIT_NO_EMPTY));
    }

    public function log(): string
    {
        return (string) @file_get_contents($this->log);
    }

    private function end(): void
    {
        if ($this->running) {
            $this->signal(15);
            $this->ended(60.0);
        }
        if (!$this->daemon) {
            proc_close($this->process);
        }
    }

    /** @return list<string> */
    private static function lines(array $settings): array
    {
        $line = static fn (string $name, string $value): string => "$name = $value";
        return array_map($line, array_keys($settings), $settings);
    }

    private static function record(int $type, string $content): string
    {
        return pack('CCnnCC', 1, $type, 1, strlen($content), 0, 0) . $content;
    }

    /** Exactly $length bytes, or null at the end of the stream (a killed worker closes it). */
    private static function read($connection, int $length): ?string
    {
        $bytes = '';
        while (strlen($bytes) < $length) {
            $part = fread($connection, $length - strlen($bytes));
            if ($part === false || $part === '') {
                return null;
            }
            $bytes .= $part;
        }
        return $bytes;
    }
}
