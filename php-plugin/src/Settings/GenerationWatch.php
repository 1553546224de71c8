<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * Notices, at load and after saving, that the effective settings changed, and raises the generation. Forgets, at any
 * load, tokens whose term is over or that were deleted. Notices, too, when a spool is ahead of the database, and
 * catches up with it.
 */
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
        $isTokenKept = !empty($this->store->stored()['access_token']);
        $tidy = Generation::tidy($next ?? $this->state->all(), $isTokenKept, $now);
        if ($next !== null || $tidy !== null) {
            $this->state->put($tidy ?? $next);
        }
    }

    /**
     * Hears which generation a spool knows; asked of one that these settings belong to.
     *
     * @return bool whether the database was behind it and has caught up
     */
    public function hear(int $spools): bool
    {
        return $spools > (int) $this->state->get('generation', 0) && $this->state->amend(
            fn (array $state): ?array => Generation::afterRestore(
                $state,
                $this->store->settings(),
                $spools,
                $this->state->secret(),
            ),
        );
    }
}
