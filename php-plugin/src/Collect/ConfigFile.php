<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Plugin;

/**
 * Where collect.php finds its configuration without WordPress: one PHP file for each site of a network, beside the
 * plugins' folder.
 *
 * That is wp-content on nearly every shop, where drop-ins such as object-cache.php live: PHP runs there, so a request
 * for the file answers nothing; an upload folder, where hosts switch PHP off, would hand out its text. It is readable
 * for its owner alone, holds no token, and the key in it signs page views only. As PHP it costs nothing to read with
 * opcache on. Where it cannot be written, collect.php answers 404 and browsers take the REST route.
 *
 * It holds good for an hour from its time of change, which WordPress renews as long as the plugin lives there: a plugin
 * that was taken away without being asked (by a renamed folder, in the database, by a user who may not delete the file)
 * collects nothing for long.
 */
final class ConfigFile
{
    private const GOOD_SECONDS = 3600;
    /** Of a partial file whose writer was killed. */
    private const STALE_SECONDS = 3600;

    private const PARTIAL = '.pinrelay-';

    /** @param string $pluginDir the plugin's folder as WordPress or the web server names it, links and all */
    public function __construct(
        private readonly string $pluginDir,
        private readonly int $blog,
    ) {
    }

    public function path(): string
    {
        return dirname($this->pluginDir, 2) . "/pinrelay-collect-{$this->blog}.php";
    }

    public function read(): ?Config
    {
        $path = $this->path();
        return is_file($path) && is_readable($path) ? Config::of(include $path) : null;
    }

    /** What it says as long as it holds good. */
    public function readGood(int $now): ?Config
    {
        // A clock that was set back far makes it as useless as one that has run on.
        return abs($now - (int) @filemtime($this->path())) < self::GOOD_SECONDS ? $this->read() : null;
    }

    /**
     * Makes the file say this, or nothing, and hold good. Writes only where something changed, and never what is older
     * than what it says: a request may be at work that began before the settings changed.
     *
     * @return int the file's own revision where it is ahead of this one, else 0
     */
    public function keep(?Config $config, int $now): int
    {
        if ($config === null) {
            $this->remove();
            return 0;
        }
        $known = $this->read();
        if ($known !== null && $known->revision > $config->revision) {
            return $known->revision;
        }
        if ($known?->toArray() !== $config->toArray()) {
            $this->write($config, $now);
        } elseif (!$this->isFresh($config->revision, $now)) {
            @touch($this->path(), max($now, $config->revision));
        }
        return 0;
    }

    /**
     * Whether it was looked at since its revision, which is the time of its change, and not long ago. So its time alone
     * says that it is the newest (Plugin).
     */
    private function isFresh(int $revision, int $now): bool
    {
        $at = (int) @filemtime($this->path());
        return $at >= $revision && abs($now - $at) <= Plugin::RENEW_SECONDS;
    }

    /** Also where somebody else owns it: who may change the folder may do that. */
    public function remove(): void
    {
        if (is_file($this->path())) {
            @unlink($this->path());
            self::forget($this->path());
        }
    }

    /** Removes those of all sites, and what killed writers left. */
    public function removeAll(): void
    {
        foreach ((array) @glob(dirname($this->pluginDir, 2) . '/pinrelay-collect-*.php') as $path) {
            @unlink((string) $path);
            self::forget((string) $path);
        }
        $this->removePartial(0);
    }

    private function write(Config $config, int $now): void
    {
        $path = $this->path();
        $this->removePartial($now - self::STALE_SECONDS);
        $words = "<?php\n\n// Made by Pinrelay for collect.php from the shop's settings. No token is in it.\n\nreturn "
            . var_export($config->toArray(), true) . ";\n";
        // Under another name first: a request that comes meanwhile must not read half of it. PHP as well, so that it
        // never answers with its text, and closed to others before anything is in it.
        $partial = dirname($path) . '/' . self::PARTIAL . bin2hex(random_bytes(8)) . '.php';
        $file = @fopen($partial, 'x');
        if ($file === false) {
            return;
        }
        $isWhole = @chmod($partial, 0600) && fwrite($file, $words) === strlen($words) && fflush($file);
        fclose($file);
        if (!$isWhole || !@touch($partial, max($now, $config->revision)) || !@rename($partial, $path)) {
            @unlink($partial);
            return;
        }
        self::forget($path);
    }

    /** @param int $before Unix seconds, 0 for all */
    private function removePartial(int $before): void
    {
        foreach ((array) @glob(dirname($this->pluginDir, 2) . '/' . self::PARTIAL . '*') as $partial) {
            if ($before === 0 || (int) @filemtime((string) $partial) < $before) {
                @unlink((string) $partial);
            }
        }
    }

    /** Hosts let opcache look at a file again after seconds, or never. */
    private static function forget(string $path): void
    {
        clearstatcache(true, $path);
        if (function_exists('opcache_invalidate')) {
            @opcache_invalidate($path, true);
        }
    }
}
