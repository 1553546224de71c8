<?php

/** A server that runs the scripts in tests/extension/web. */

declare(strict_types=1);

namespace Pinrelay\Tests;

interface WebServer
{
    /**
     * Runs a script and returns what it printed.
     * @param array<string, mixed> $input what the script finds with support/input.php
     */
    public function request(string $script, array $input = []): string;

    /** What the server wrote into its error log. */
    public function log(): string;

    /** Sends a signal to the server's first process. */
    public function signal(int $number): void;

    /** The server's first process. */
    public function pid(): int;
}
