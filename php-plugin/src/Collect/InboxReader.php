<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Consent\Withdrawal;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Storefront\BrowserReport;

/**
 * Processes what visitors sent to collect.php and only WordPress can act on (Inbox). Where there is nothing, it looks
 * for two files and no more.
 */
final class InboxReader
{
    public function __construct(
        private readonly RelayFactory $relays,
        private readonly BrowserReport $report,
        private readonly Withdrawal $withdrawal,
    ) {
    }

    public function run(int $now): void
    {
        $inbox = $this->relays->inbox();
        $left = $inbox === null ? 0 : $inbox->take($this->process(...), $now);
        if ($left > 0) {
            $this->relays->drops()->add(DropCount::INVALID, '', $left);
        }
    }

    /** @param array<mixed> $message as Collector puts it */
    private function process(array $message): void
    {
        if (isset($message['browser'])) {
            $this->report->take((string) json_encode($message));
            return;
        }
        $text = static fn (string $key): string => is_string($message[$key] ?? null) ? $message[$key] : '';
        $this->withdrawal->refused($text('visitor'), $text('buyer'), (int) ($message['at'] ?? 0));
    }
}
