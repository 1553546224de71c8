<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

use Pinrelay\WooCommerce\Orders\OutboxQueries;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\TableRepair;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Relay\Health;
use Pinrelay\WooCommerce\Relay\RelayError;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Support\Failure;

/** How things stand, gathered once for the settings page, the notices and the command line. Read-only. */
final class Report
{
    private const BROWSER_SECONDS = 7 * 86400;

    /**
     * @param string                $extension Extension::OK, MISSING or OLD, in this very process
     * @param ?array<string, mixed> $relay     Relay::status(), null where there is none to ask
     * @param ?RelayError           $relayError of this process, or the last that a web request met
     * @param array<string, int>    $counts    orders by state
     * @param array<string, int>    $verdicts  settled orders by verdict
     * @param int                   $ended     orders that were cancelled or refunded after they were sent
     * @param array<string, array{count: int, last_at: int, by: array<string, int>}> $drops what never reached the
     *     extension, by reason (Collect\DropCount)
     * @param ?int                  $lastPassed when a visitor with a public address was last seen
     * @param array<string, int>    $browser   what became of the browser half of the last week's purchases
     * @param bool                  $isTableRefused whether the database does not let the outbox's table be made
     */
    public function __construct(
        public readonly Settings $settings,
        public readonly string $extension,
        public readonly ?string $version,
        public readonly ?array $relay,
        public readonly ?RelayError $relayError,
        public readonly array $counts,
        public readonly array $verdicts,
        public readonly int $ended = 0,
        public readonly array $drops = [],
        public readonly ?int $lastPassed = null,
        public readonly array $browser = [],
        public readonly bool $isTableRefused = false,
    ) {
    }

    public static function gather(Settings $settings, RelayFactory $relays, ?OutboxQueries $outbox): self
    {
        $relay = $relays->relay();
        $status = null;
        try {
            $status = $relay?->status();
        } catch (\Throwable $thrown) {
            $relays->failed('status', $thrown);
        }
        [$counts, $verdicts, $ended, $browser] = self::ofOutbox($outbox);
        return new self(
            $settings,
            Extension::state(),
            Extension::version(),
            $status,
            // What a capture met is not seen by asking for the status, so the last one counts until it is cleared.
            $relays->error() ?? Health::last()['trouble'],
            $counts,
            $verdicts,
            $ended,
            $relays->drops()->read(),
            $relays->drops()->lastPassed(),
            $browser,
            (new TableRepair($GLOBALS['wpdb']))->isRefused(),
        );
    }

    /**
     * @return array{array<string, int>, array<string, int>, int, array<string, int>} nothing where it cannot be read,
     *         which is said apart
     */
    private static function ofOutbox(?OutboxQueries $outbox): array
    {
        try {
            return $outbox === null ? [[], [], 0, []] : [
                $outbox->counts(),
                $outbox->verdicts(),
                $outbox->endedCount(),
                $outbox->browserHalves(time() - self::BROWSER_SECONDS),
            ];
        } catch (Failure) {
            return [[], [], 0, []];
        }
    }

    /** @return Addresses::ALL|Addresses::SOME|null whether proxies hide the visitors' addresses */
    public function hiddenAddresses(int $now): ?string
    {
        return $this->settings->apiReady() ? Addresses::hidden($this->drops, $this->lastPassed, $now) : null;
    }

    /** Orders that Pinterest has not answered for. */
    public function ordersWaiting(): int
    {
        return ($this->counts[OutboxRow::PENDING] ?? 0) + ($this->counts[OutboxRow::QUEUED] ?? 0);
    }

    /** Orders and events that are not delivered yet. */
    public function isWorkLeft(): bool
    {
        $waiting = $this->relay['waiting'] ?? ['revenue' => 0, 'visit' => 0];
        return $this->ordersWaiting() + $waiting['revenue'] + $waiting['visit'] > 0;
    }

    /** Whether the server half, which the owner wants, cannot go on by itself. */
    public function isBroken(): bool
    {
        return $this->settings->apiReady() && (
            $this->isTableRefused
            || $this->extension !== Extension::OK
            || ($this->relay['paused'] ?? null) !== null
            || ($this->relayError !== null && !$this->relayError->isPassing())
        );
    }
}
