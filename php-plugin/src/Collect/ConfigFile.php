<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * Where collect.php finds its configuration without WordPress: one PHP file for each site of a network, beside the
 * plugins' folder.
 *
 * That is wp-content on nearly every shop, where drop-ins such as object-cache.php live: PHP runs there, so a request
 * for the file answers nothing; an upload folder, where hosts switch PHP off, would hand out its text. It is readable
 * for its owner alone, holds no token, and the key in it signs page views only. As PHP it costs nothing to read with
 * opcache on. Where it cannot be written, collect.php answers 404 and browsers take the REST route.
 */
final class ConfigFile
{
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
        return is_file($path) ? Config::of(include $path) : null;
    }

    /** Makes the file say this, or nothing. Writes only where something changed. */
    public function keep(?Config $config): void
    {
        if ($config === null) {
            $this->remove();
        } elseif ($this->read()?->toArray() !== $config->toArray()) {
            $this->write($config);
        }
    }

    public function remove(): void
    {
        if (is_file($this->path())) {
            @unlink($this->path());
            self::forget($this->path());
        }
    }

    private function write(Config $config): void
    {
        $path = $this->path();
        // Under another name first: a request that comes meanwhile must not read half of it.
        $partial = @tempnam(dirname($path), '.pinrelay-');
        if ($partial === false) {
            return;
        }
        $isBeside = realpath(dirname($partial)) === realpath(dirname($path));
        $words = "<?php\n\n// Made by Pinrelay for collect.php from the shop's settings. No token is in it.\n\nreturn "
            . var_export($config->toArray(), true) . ";\n";
        if (!$isBeside || @file_put_contents($partial, $words) === false || !@rename($partial, $path)) {
            @unlink($partial);
            return;
        }
        self::forget($path);
    }

    /** Hosts let opcache look at a file again after seconds, or never. */
    private static function forget(string $path): void
    {
        if (function_exists('opcache_invalidate')) {
            @opcache_invalidate($path, true);
        }
    }
}
