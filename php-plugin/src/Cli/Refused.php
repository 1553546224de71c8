<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Cli;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Relay\RelayFactory;

/** The commands about events that Pinterest refused. */
final class Refused
{
    /** The extension keeps no more. */
    private const ALL = 1000;

    public function __construct(
        private readonly DeadLetters $letters,
        private readonly RelayFactory $relays,
        private readonly OutboxTransitions $outbox,
        private readonly BaseCommand $base,
    ) {
    }

    /**
     * Lists the events that Pinterest refused, newest first, with its own words. They are kept for seven days.
     *
     * Of a shop on several web servers, those that this one sent.
     *
     * ## OPTIONS
     *
     * [--format=<format>]
     * : "table", "csv", "json", "ids" or "count".
     * ---
     * default: table
     * options:
     *   - table
     *   - csv
     *   - json
     *   - ids
     *   - count
     * ---
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function rejected(array $arguments, array $options): void
    {
        $rows = array_map(
            static fn (array $letter): array => [
                'event_id' => $letter['event_id'],
                'event_name' => $letter['event_name'],
                'order' => $letter['order_id'] ?? '',
                'refused_at' => gmdate('Y-m-d\TH:i:s\Z', $letter['at']),
                'message' => $letter['message'],
            ],
            $this->letters->newest($this->base->relayOrEnd(), self::ALL),
        );
        $format = $options['format'] ?? 'table';
        \WP_CLI\Utils\format_items(
            $format,
            $format === 'ids' ? array_column($rows, 'event_id') : $rows,
            ['event_id', 'event_name', 'order', 'refused_at', 'message'],
        );
    }

    /**
     * Puts refused events back in line. Do that when what Pinterest complained of is mended.
     *
     * ## OPTIONS
     *
     * [<id>...]
     * : Ids of events, or numbers of orders.
     *
     * [--all]
     * : All of them.
     *
     * @param list<string>          $arguments
     * @param array<string, string> $options
     */
    public function retry(array $arguments, array $options): void
    {
        if (($arguments === []) !== isset($options['all'])) {
            \WP_CLI::error('Name the events, or say --all.');
        }
        $relay = $this->base->relayOrEnd();
        $ids = isset($options['all'])
            ? array_column($this->letters->newest($relay, self::ALL), 'event_id')
            : array_map($this->eventId(...), $arguments);
        $count = $this->again($relay, array_values(array_unique($ids)));
        \WP_CLI::line(sprintf('%d of %d events are back in line.', $count, count($ids)));
        if ($count < count($ids)) {
            \WP_CLI::error('The others are not among the refused events of this web server.');
        }
        $this->base->end();
    }

    /** @param list<string> $ids */
    private function again(Relay $relay, array $ids): int
    {
        try {
            return $this->letters->retry($relay, (string) $this->relays->node(), $ids, time());
        } catch (\Pinrelay\SpoolException $thrown) {
            \WP_CLI::error($thrown->getMessage());
        }
    }

    private function eventId(string $given): string
    {
        $row = ctype_digit($given) && strlen($given) < 20 ? $this->outbox->find((int) $given) : null;
        return $row === null ? $given : $row->eventId;
    }
}
