<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * The spool's place on this server: chosen in web requests and remembered for the command line, which has no document
 * root; made when it is missing; and, under wp-content, probed before it is used.
 *
 * Option pinrelay_spool, by folder, since the web servers of a shop may have theirs in different places: source, served
 * (true, false, or null where the server could not be asked), probed_at. The newest comes last.
 */
final class Spool
{
    public const OPTION = 'pinrelay_spool';
    private const PROBE_AGAIN_SECONDS = 7 * 86400;
    /** Of servers, and of folders that each deployment names anew. */
    private const MOST_PLACES = 10;
    /** Somebody may be mending it. */
    private const PROBE_SERVED_AGAIN_SECONDS = 600;

    /**
     * @param \Closure(): string $suffix SpoolPlace::choose()
     * @param bool               $isWeb  false on the command line
     */
    public function __construct(
        private readonly Settings $settings,
        private readonly \Closure $suffix,
        private readonly bool $isWeb,
    ) {
    }

    /** A folder that may be used, or why there is none. */
    public function dir(): string|RelayError
    {
        $place = $this->place();
        if ($place === null) {
            return new RelayError(RelayError::NO_PLACE, 'No web request has chosen the spool folder yet.');
        }
        if (!$this->isWeb && Disk::user() === 0 && !@is_dir($place->dir)) {
            return new RelayError(RelayError::NO_PLACE, 'The command line as root does not create the spool folder.');
        }
        if ($place->source === SpoolPlace::CONTENT) {
            $known = self::known()[$place->dir] ?? null;
            if ($known === null) {
                $message = 'Not yet known whether the spool folder is served over the web.';
                return new RelayError(RelayError::UNPROBED, $message);
            }
            if ($known['served'] === true) {
                return new RelayError(RelayError::SERVED, 'The web server hands out files of ' . $place->dir . '.');
            }
        }
        if ($place->isOurChoice()) {
            Disk::make($place->dir);
        }
        return $place->dir;
    }

    public function place(): ?SpoolPlace
    {
        $root = realpath((string) ($_SERVER['DOCUMENT_ROOT'] ?? ''));
        $chosen = SpoolPlace::choose(
            $this->settings->spoolDir,
            (string) ini_get('pinrelay.spool_root'),
            $this->isWeb && $root !== false && ($_SERVER['DOCUMENT_ROOT'] ?? '') !== '' ? $root : '',
            (string) (realpath(ABSPATH) ?: ABSPATH),
            WP_CONTENT_DIR,
            ($this->suffix)(),
            Disk::look(...),
        );
        if ($chosen !== null) {
            return $chosen;
        }
        $dir = self::newest();
        return $dir === null ? null : new SpoolPlace($dir, self::known()[$dir]['source']);
    }

    /** The folder that was chosen last, of those on this server's disk where any is. */
    private static function newest(): ?string
    {
        $known = array_reverse(array_keys(self::known()));
        $here = array_filter($known, static fn (string $dir): bool => @is_dir($dir));
        return reset($here) ?: ($known[0] ?? null);
    }

    /**
     * Remembers the place for the command line, and asks over HTTP whether a folder under wp-content is served. Takes
     * seconds where nobody answers, so it is not for a request whose visitor waits.
     */
    public function settle(int $now): void
    {
        $place = $this->place();
        if ($place === null || !$this->isWeb || !$this->isDue($place, $now)) {
            return;
        }
        if ($place->isOurChoice()) {
            Disk::make($place->dir);
        }
        $known = [
            'source' => $place->source,
            'served' => $place->source === SpoolPlace::CONTENT ? self::isServed($place->dir) : false,
            'probed_at' => $now,
        ];
        $others = array_diff_key(self::known(), [$place->dir => true]);
        update_option(self::OPTION, array_slice($others, 1 - self::MOST_PLACES) + [$place->dir => $known], true);
    }

    private function isDue(SpoolPlace $place, int $now): bool
    {
        $known = self::known()[$place->dir] ?? null;
        $isSuperseded = @is_dir($place->dir) && self::newest() !== $place->dir;
        if ($known === null || $known['source'] !== $place->source || $isSuperseded) {
            return true;
        }
        $again = $known['served'] === true ? self::PROBE_SERVED_AGAIN_SECONDS : self::PROBE_AGAIN_SECONDS;
        return $place->source === SpoolPlace::CONTENT && $now - $known['probed_at'] >= $again;
    }

    /** The folder below a root that holds all spools of a site, as the extension names it. */
    public static function folderOf(string $site): string
    {
        return substr(hash('sha256', $site), 0, 16);
    }

    /** Whether any site has spools below this root. */
    public static function hasSites(string $root): bool
    {
        return preg_grep('/^[0-9a-f]{16}$/D', @scandir($root) ?: []) !== [];
    }

    /** @return array<string, array{source: string, served: ?bool, probed_at: int}> by folder, the newest last */
    public static function known(): array
    {
        $known = get_option(self::OPTION, []);
        return is_array($known) ? array_filter($known, 'is_array') : [];
    }

    /** Null when the server could not be asked. */
    private static function isServed(string $dir): ?bool
    {
        $name = 'probe-' . bin2hex(random_bytes(8)) . '.txt';
        $word = bin2hex(random_bytes(16));
        if (@file_put_contents($dir . '/' . $name, $word) === false) {
            return null;
        }
        @chmod($dir . '/' . $name, 0600);
        $answer = wp_remote_get(content_url(basename($dir) . '/' . $name), [
            'timeout' => 5,
            'redirection' => 0,
            // A shop's own certificate is often not known to itself; nothing but a random word of ours is read.
            'sslverify' => false,
        ]);
        @unlink($dir . '/' . $name);
        return is_wp_error($answer) ? null : str_contains(wp_remote_retrieve_body($answer), $word);
    }
}
