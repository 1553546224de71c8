<?php

/** Shoppers: processes that make one request after the other of a server, until they are told to stop. */

declare(strict_types=1);

namespace Pinrelay\Tests;

final class Clients
{
    /** @var list<int> */
    private array $pids = [];
    private readonly string $stop;

    /**
     * @param string $acknowledged where the server's scripts note each id once its capture has returned
     * @param bool $everyKind also what comes late, too late, or is taken back
     */
    public function __construct(
        int $number,
        WebServer $server,
        array $options,
        string $acknowledged,
        private readonly bool $everyKind = false
    ) {
        $this->stop = directory('clients') . '/stop';
        for ($client = 0; $client < $number; $client++) {
            $pid = pcntl_fork();
            if ($pid === 0) {
                try {
                    $this->shop($server, ['options' => $options, 'acknowledge' => $acknowledged]);
                } finally {
                    // Without what PHP does at its end: that belongs to the process that runs the tests.
                    pcntl_exec('/bin/true');
                }
            }
            $this->pids[] = $pid;
        }
        afterwards($this->stop(...));
    }

    private function shop(WebServer $server, array $input): void
    {
        while (!file_exists($this->stop)) {
            try {
                // A request that is cut off has no answer, or not even a connection.
                @$server->request('capture.php', $this->order(random_int(1, 100)) + $input);
            } catch (\Exception) {
                continue;
            }
            usleep(random_int(0, 10_000));
        }
    }

    /** Lets all finish the request they are at. */
    public function stop(): void
    {
        touch($this->stop);
        foreach ($this->pids as $pid) {
            pcntl_waitpid($pid, $status);
        }
        $this->pids = [];
    }

    /** One visitor in so many buys, comes back after days, changes her mind, or is refused by Pinterest. */
    private function order(int $dice): array
    {
        $id = bin2hex(random_bytes(8));
        $sale = event(['event_id' => "order-$id"]);
        $visit = ['event_id' => "visit-$id", 'event_name' => 'add_to_cart'] + $sale;
        $old = ['event_time' => time() - 7_200];
        $stale = ['event_id' => "stale-$id"] + $old + $visit;
        return match (true) {
            $dice <= 3 => ['event' => ['event_id' => "refuse-order-$id"] + $sale],
            $dice <= 6 && $this->everyKind => ['event' => $old + $sale],
            $dice <= 9 && $this->everyKind => ['event' => $stale],
            $dice <= 12 && $this->everyKind => ['event' => $sale, 'withdraw' => true],
            $dice <= 40 => ['event' => $visit],
            default => ['event' => $sale],
        };
    }
}
