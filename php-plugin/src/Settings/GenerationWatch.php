<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/** Notices, at load and after saving, that the effective settings changed, and raises the generation. */
final class GenerationWatch
{
    public function __construct(
        private readonly SettingsStore $store,
        private readonly State $state,
    ) {
    }

    public function look(int $now): void
    {
        $settings = $this->store->settings();
        if ($settings->held) {
            // A copy of the shop leaves everything as it found it.
            return;
        }
        $next = Generation::next(
            $this->state->all(),
            $settings,
            $this->store->tokenIsStored(),
            $this->state->secret(),
            $now,
        );
        if ($next !== null) {
            $this->state->put($next);
        }
    }
}
