<?php

/** A server that is reached over HTTP, on a port of its own. */

declare(strict_types=1);

namespace Pinrelay\Tests;

abstract class HttpServer implements WebServer
{
    protected readonly string $address;

    protected function __construct()
    {
        // Free now; whoever takes it meanwhile is told apart by what answers.
        $socket = stream_socket_server('tcp://127.0.0.1:0') ?: fail('no port');
        $this->address = stream_socket_get_name($socket, false);
    }

    public function request(string $script, array $input = []): string
    {
        $context = stream_context_create(['http' => [
            'method' => 'POST',
            'header' => 'Content-Type: application/json',
            'content' => json_encode($input, JSON_THROW_ON_ERROR),
            'ignore_errors' => true,
            'timeout' => 60,
        ]]);
        return (string) @file_get_contents("http://{$this->address}/$script", false, $context);
    }

    protected function awaitAnswer(): void
    {
        eventually(static::class . ' answers', fn (): bool => $this->request('ping.php') === 'pong');
    }
}
