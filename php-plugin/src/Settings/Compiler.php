<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

use Pinrelay\WooCommerce\Collect\ConfigFile;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Site\Hosts;

/**
 * Makes Compiled after a response that found none, for this request's page and web server beside those that are known.
 * A page that finds none works everything out as it is shown.
 */
final class Compiler
{
    private const TRY_AGAIN_SECONDS = 60;
    /** Two web servers with constants of their own must not write it to and fro with each page. */
    private const MOST_A_MINUTE = 20;
    private const MOST_PAGES = 20;
    private const MOST_NODES = 10;

    /** @param string $refused file whose time says when the database last refused it */
    public function __construct(
        private readonly SettingsStore $store,
        private readonly State $state,
        private readonly RelayFactory $relays,
        private readonly ConfigFile $file,
        private readonly string $refused,
    ) {
    }

    /** @param \Closure(): ?array<string, mixed> $page PageData of this request, null where it needed none */
    public function keep(\Closure $page, int $now): void
    {
        // Of the same moment as the fingerprint.
        $this->store->forget();
        $settings = $this->store->settings();
        $fingerprint = Compiled::fingerprint();
        // A copy of the shop leaves everything as it found it.
        if ($settings->held || $fingerprint === '') {
            return;
        }
        $known = Compiled::read();
        // Whoever asks under a made-up host takes no place.
        $page = Hosts::hold('http://' . ($_SERVER['HTTP_HOST'] ?? '')) ? $page() : null;
        $node = ['file' => $this->file->path(), 'relay' => $this->relays->withoutToken()];
        if (($page === null || $page == $known?->page()) && $node == $known?->node()) {
            return;
        }
        $pages = ($page === null ? [] : [Compiled::pageKey() => $page]) + ($known->made['pages'] ?? []);
        $nodes = [Compiled::nodeKey() => $node] + ($known->made['nodes'] ?? []);
        $made = [
            'fingerprint' => $fingerprint,
            'settings' => $settings->withoutToken(),
            'has_token' => $settings->accessToken !== '',
            'revision' => (int) $this->state->get(State::REVISION, 0),
            'pages' => array_slice($pages, 0, self::MOST_PAGES, true),
            'nodes' => array_slice($nodes, 0, self::MOST_NODES, true),
        ];
        $this->write($made, $now);
    }

    /** @param array<string, mixed> $made */
    private function write(array $made, int $now): void
    {
        [$minute, $count] = Compiled::stored()['count'] ?? [0, 0];
        $count = $minute === intdiv($now, 60) ? $count + 1 : 1;
        // A database that takes no writes is not asked by each page, and where nobody could remember that, by none.
        $isRefused = abs($now - (int) @filemtime($this->refused)) < self::TRY_AGAIN_SECONDS;
        if ($count > self::MOST_A_MINUTE || $isRefused || !is_writable(dirname($this->refused))) {
            return;
        }
        if (!update_option(Compiled::OPTION, ['count' => [intdiv($now, 60), $count]] + $made, true)) {
            @touch($this->refused, $now);
        }
    }
}
