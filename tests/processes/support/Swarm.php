<?php

/** Processes that a test keeps alive, kills at will, and ends together. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Swarm
{
    /** @var array<string, resource> */
    private array $processes = [];
    /** @var array<string, list<string>> */
    private array $commands = [];

    public function __construct(private readonly array $environment)
    {
        afterwards($this->kill(...));
    }

    /** Runs a script of tests/processes/scripts with the extension, under a name of its own. */
    public function start(string $name, string $script, string ...$arguments): void
    {
        $script = dirname(__DIR__) . "/scripts/$script";
        $php = [PHP_BINARY, '-n', '-d', 'extension=' . given('PINRELAY_SO')];
        $this->commands[$name] = [...$php, $script, ...$arguments];
        $this->launch($name);
    }

    public function pid(string $name): int
    {
        return proc_get_status($this->processes[$name])['pid'];
    }

    /** Kills one with SIGKILL and starts it anew. @return int the pid that is no more */
    public function killAndRestart(string $name): int
    {
        $pid = $this->pid($name);
        proc_terminate($this->processes[$name], SIGKILL);
        proc_close($this->processes[$name]);
        $this->launch($name);
        return $pid;
    }

    /** The name of the process with this pid; null if it is none of these. */
    public function named(int $pid): ?string
    {
        foreach (array_keys($this->processes) as $name) {
            if ($this->pid($name) === $pid) {
                return $name;
            }
        }
        return null;
    }

    /** Waits until all have ended by themselves, without an error. */
    public function join(): void
    {
        foreach ($this->processes as $name => $process) {
            same(0, proc_close($process), "the exit code of $name");
        }
        $this->processes = [];
    }

    private function launch(string $name): void
    {
        $streams = [['file', '/dev/null', 'r'], STDERR, STDERR];
        $environment = $this->environment + getenv();
        $this->processes[$name] = proc_open($this->commands[$name], $streams, $pipes, null, $environment);
    }

    private function kill(): void
    {
        foreach ($this->processes as $process) {
            proc_terminate($process, SIGKILL);
            proc_close($process);
        }
        $this->processes = [];
    }
}
