<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Support\Failure;

/**
 * The two doors to the Collector, as WordPress keeps them: the file that collect.php reads, and the REST route
 * pinrelay/v1/collect for hosts that forbid direct PHP files.
 */
final class Doors
{
    public function __construct(
        private readonly LiveConfig $live,
        private readonly ConfigFile $file,
        private readonly RelayFactory $relays,
    ) {
    }

    /**
     * Only in a web request: a file that another account makes is one that the web server may not read. And by none of
     * the slow ones in the background, which began before the settings were saved and would put the old ones back.
     */
    public function keep(): void
    {
        if (PHP_SAPI !== 'cli' && !wp_doing_ajax()) {
            $this->file->keep($this->live->config());
        }
    }

    /** The second door. @return int HTTP status, as Collector gives it */
    public function answer(string $body): int
    {
        $config = $this->live->config();
        // Who comes this way may have found no file at the other door.
        $this->file->keep($config);
        if ($config === null) {
            return 503;
        }
        // Here the token is at hand, so what is collected may be sent at once.
        $open = fn (): Relay => $this->relays->relay() ?? throw new Failure('The spool cannot be used.');
        $collector = new Collector($config, new Rate($config->rateFile, $config->key), $open);
        return $collector->answer(Beacon::of(wp_unslash($_SERVER), wp_unslash($_COOKIE), $body), time());
    }
}
