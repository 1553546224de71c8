<?php

/** A long-running helper whose first line of output tells that it is up, and ends in its address. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Server
{
    /** @var resource */
    private $process;
    public readonly string $address;

    public function __construct(array $command)
    {
        $this->process = proc_open($command, [['file', '/dev/null', 'r'], ['pipe', 'w']], $pipes);
        $words = explode(' ', trim((string) fgets($pipes[1])));
        $this->address = end($words);
        truth($this->address !== '', implode(' ', $command) . ' came up');
    }

    public function stop(): void
    {
        proc_terminate($this->process, 9);
        proc_close($this->process);
    }
}
