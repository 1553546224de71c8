<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

/** The job of each minute, which WP-Cron runs. */
final class Jobs
{
    public function __construct(private readonly Container $container)
    {
    }

    public function tick(): void
    {
        $this->prepare();
        if ($this->container->settings()->apiReady()) {
            $this->container->spool()->settle(time());
        }
        $this->container->tick()->run(time());
    }

    public function keepCollectFile(): void
    {
        $this->container->collectEndpoint()->keep();
    }

    /** What a web request has done by the time that it hands something over: a command of ours, or a job, does it, too. */
    public function prepare(): void
    {
        Installer::setUp($this->container->state());
        $this->container->watch()->look(time());
    }
}
