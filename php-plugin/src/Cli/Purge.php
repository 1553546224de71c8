<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\WooCommerce\Orders\Dispatcher;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Orders\Tick;
use Pinrelay\WooCommerce\Relay\RelayFactory;

/** The command that gives up what waits. */
final class Purge
{
    private const PAGE = 500;
    /** Also tells reconciliation that the order is out for good, and not cancelled. */
    private const WHY = 'Discarded by the owner.';

    public function __construct(
        private readonly RelayFactory $relays,
        private readonly OutboxTransitions $outbox,
        private readonly Dispatcher $dispatcher,
        private readonly Tick $tick,
        private readonly BaseCommand $base,
    ) {
    }

    /**
     * Discards every order and event that waits to be sent. They are not sent later either.
     *
     * Of a shop on several web servers, what waits in the shop and on this server; what waits on another is discarded
     * there.
     *
     * ## OPTIONS
     *
     * [--yes]
     * : Without asking.
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function __invoke(array $arguments, array $options): void
    {
        $relay = $this->base->relayOrEnd();
        $report = $this->base->report();
        \WP_CLI::confirm(sprintf(
            'Discard %d waiting orders and %d other events for good?',
            $report->ordersWaiting(),
            $report->relay['waiting']['visit'] ?? 0,
        ), $options);
        $now = time();
        $orders = $this->discardPending($now);
        // Marked first: an order that is withdrawn without the mark is taken to be paid after all, and sent again.
        $orders += $this->outbox->wishAllWithdrawn((string) $this->relays->node());
        $events = 0;
        foreach (array_unique([...$this->outbox->destinations(), $report->settings->destination()]) as $destination) {
            try {
                $events += (int) $this->relays->relayFor($destination)?->purge();
            } catch (\Pinrelay\SpoolException $thrown) {
                \WP_CLI::error($thrown->getMessage());
            }
        }
        $this->tick->run($now);
        \WP_CLI::line(sprintf('%d orders and %d events of the spool are discarded.', $orders, $events));
        $this->base->end();
    }

    private function discardPending(int $now): int
    {
        $count = 0;
        foreach ($this->outbox->destinations() as $destination) {
            while (($rows = $this->outbox->pending($destination, self::PAGE)) !== []) {
                foreach ($rows as $row) {
                    $this->dispatcher->settle($row, 'withdrawn', self::WHY, $now, [OutboxRow::PENDING]);
                }
                $count += count($rows);
            }
        }
        return $count;
    }
}
