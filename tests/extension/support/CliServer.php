<?php

/** PHP's own server: one process that outlives its requests, so that it may have a sender, and in which scripts fork. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class CliServer extends HttpServer
{
    /** @var resource */
    private $process;
    private readonly string $log;

    /** @param array<string, string> $ini */
    public function __construct(array $ini = [])
    {
        parent::__construct();
        $this->log = directory('cli-server') . '/log';
        $command = [PHP_BINARY, '-n', '-d', 'extension=' . given('PINRELAY_SO')];
        foreach ($ini as $name => $value) {
            array_push($command, '-d', "$name=$value");
        }
        array_push($command, '-S', $this->address, '-t', dirname(__DIR__) . '/web');
        $log = ['file', $this->log, 'a'];
        $this->process = proc_open($command, [['file', '/dev/null', 'r'], $log, $log], $pipes);
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
        return (string) file_get_contents($this->log);
    }

    /** Waits until the server has gone; its exit code, or -1 after a signal. */
    public function ended(): int
    {
        return eventually('the server ended', function (): ?array {
            $status = proc_get_status($this->process);
            return $status['running'] ? null : $status;
        })['exitcode'];
    }

    private function end(): void
    {
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
    }
}
