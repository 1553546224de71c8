<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Support\Failure;

/**
 * The two entrances to the Collector as WordPress maintains them: the file that collect.php reads, and the REST route
 * pinrelay/v1/collect for hosts that forbid direct PHP files.
 */
final class CollectEndpoint
{
    public function __construct(
        private readonly LiveConfig $live,
        private readonly ConfigFile $file,
        private readonly RelayFactory $relays,
        private readonly SettingsStore $store,
        private readonly State $state,
        private readonly bool $isWeb,
    ) {
    }

    /**
     * Makes the file say what is in effect. On the command line it is only taken away where it says something else: one
     * that another account makes is one that the web server may not read, and a web server that never looks at a file
     * again goes on with the old one. The next visit then comes to answer().
     */
    public function keep(): void
    {
        $now = time();
        $this->store->forget();
        $known = $this->revision();
        $hasChanged = $this->look($now, $known);
        if (!$this->isWeb) {
            if ($hasChanged || !$this->store->settings()->apiReady()) {
                $this->file->remove();
            }
            return;
        }
        if (!$hasChanged && $this->revision() !== $known) {
            // Those of this request are the old ones.
            return;
        }
        $ahead = $this->file->keep($this->live->config($this->revision()), $now);
        if ($ahead > 0 && $this->state->amend(fn (array $state) => Revision::afterRestore($state, $ahead, $now))) {
            $this->file->keep($this->live->config($this->revision()), $now);
        }
    }

    /** The REST route. @return int HTTP status, as Collector gives it */
    public function answer(string $body): int
    {
        // The caller may have found no file at collect.php, or an old one.
        $this->keep();
        $config = $this->live->config($this->revision());
        if ($config === null) {
            return 503;
        }
        $config = $config->on(LiveConfig::spoolRoot());
        // Here the token is at hand, so what is collected may be sent at once.
        $open = fn (): Relay => $this->relays->relay() ?? throw new Failure('The spool cannot be used.');
        $collector = new Collector($config, new Rate($config->rateFile, $config->key), $open);
        $beacon = Beacon::of(wp_unslash($_SERVER), wp_unslash($_COOKIE), $body, $config->scope);
        return $collector->answer($beacon, time());
    }

    private function revision(): int
    {
        return (int) $this->state->get(State::REVISION, 0);
    }

    /** @return bool whether the settings have changed */
    private function look(int $now, int $known): bool
    {
        // A copy of the shop leaves everything as it found it.
        if ($this->store->settings()->held) {
            return false;
        }
        $fingerprint = $this->live->fingerprint();
        return !Revision::isOf($this->state->all(), $fingerprint)
            && $this->state->amend(fn (array $state): ?array => Revision::next($state, $fingerprint, $now, $known));
    }
}
