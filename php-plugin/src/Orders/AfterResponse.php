<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Relay\Health;
use Pinrelay\WooCommerce\Relay\NodeLock;
use Pinrelay\WooCommerce\Relay\RelayError;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * What a web request does once its visitor has the answer: constructs a Relay, which starts the sender where work
 * waits, and now and then does a round of the tick. So a shop whose WP-Cron is broken still delivers.
 *
 * Only where PHP can let the visitor go first (FPM, LiteSpeed) does it more than constructing the Relay.
 */
final class AfterResponse
{
    /** A round in a web worker keeps it from its next visitor. */
    private const CAPTURE_SECONDS = 1.0;

    /**
     * @param \Closure(): Tick          $tick most responses are followed by no round, which need not load it
     * @param \Closure(): ReconcileJobs $jobs
     */
    public function __construct(
        private readonly \Closure $tick,
        private readonly \Closure $jobs,
        private readonly Spool $spool,
        private readonly RelayFactory $relays,
        private readonly SettingsStore $store,
        private readonly NodeLock $nodeLock,
        private readonly Guard $guard,
    ) {
    }

    /** @param bool $mayWork whether the visitor has gone */
    public function run(bool $mayWork): void
    {
        if ($this->store->settings()->destination() === '') {
            return;
        }
        $relay = $this->relays->relay();
        $now = time();
        $dir = $this->spool->dir();
        if ($mayWork && $this->nodeLock->take(is_string($dir) ? $dir : null, Plugin::STEP_SECONDS, $now)) {
            $this->guard->run('step', fn () => $this->step($relay, $now));
            $this->nodeLock->end();
        } elseif ($this->relays->error() !== null) {
            Health::remember(Extension::state(), Extension::version(), $this->relays->error());
        }
    }

    private function step(?Relay $relay, int $now): void
    {
        ($this->tick)()->run($now, self::CAPTURE_SECONDS);
        $error = $this->relays->error();
        $status = $error === null ? $relay?->status() : null;
        if ($status !== null) {
            $this->relays->hear($status);
        }
        $met = $status['spool']['trouble'] ?? null;
        if ($met !== null) {
            $error = new RelayError($met['reason'], $met['message']);
        }
        Health::remember(Extension::state(), Extension::version(), $error);
        $this->spool->settle($now);
        $this->guard->run('reconciliation', fn () => ($this->jobs)()->catchUp($now, self::CAPTURE_SECONDS));
    }
}
