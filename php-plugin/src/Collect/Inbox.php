<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * What collect.php received that only WordPress can act on: a file beside the spools, one JSON text a line, of bounded
 * size. Without a database it is where consent that was taken back, and what became of a browser half, wait for the
 * next step after a response or the minutely job (InboxReader).
 *
 * Writers hold the file for one line. A reader first gives it another name under the same lock, and keeps that until
 * everything in it was handled, so one that dies in between is followed by another: handling must be idempotent, as
 * a message may come twice. It must not know what the messages mean.
 */
final class Inbox
{
    private const MOST_BYTES = 262144;
    private const LONGEST = 2000;
    private const TURNS = 3;
    /** Messages that could not be handled for so long are given up. */
    private const KEEP_SECONDS = 86400;

    private readonly string $path;

    /** @param string $site as the spool knows this shop: several may share the folder */
    public function __construct(string $dir, string $site)
    {
        $this->path = sprintf('%s/inbox-%s', $dir, substr(hash('sha256', $site), 0, 8));
    }

    public static function of(Config $config): self
    {
        return new self(dirname($config->rateFile), (string) ($config->relay['site'] ?? ''));
    }

    /**
     * @param array<string, mixed> $message nothing in it that names a person
     * @return bool false where there is no space
     */
    public function put(array $message): bool
    {
        $line = json_encode($message, JSON_INVALID_UTF8_SUBSTITUTE | JSON_UNESCAPED_SLASHES) . "\n";
        for ($turn = 0; $turn < self::TURNS; ++$turn) {
            $file = @fopen($this->path, 'ab');
            if ($file === false || strlen($line) > self::LONGEST || !flock($file, LOCK_EX)) {
                return false;
            }
            // Else a reader has taken it away before it was locked.
            if (self::isStill($file, $this->path)) {
                $size = (int) (fstat($file)['size'] ?? 0);
                $size === 0 && @chmod($this->path, 0600);
                $isPut = $size + strlen($line) <= self::MOST_BYTES && fwrite($file, $line) === strlen($line);
                fclose($file);
                return $isPut;
            }
            fclose($file);
        }
        return false;
    }

    public function isEmpty(): bool
    {
        return !is_file($this->path) && !is_file($this->taken());
    }

    /**
     * Hands each message over, oldest first; what $handle throws leaves all of them for the next time.
     *
     * @param \Closure(array<mixed>): void $handle
     * @return int how many were given up
     */
    public function take(\Closure $handle, int $now): int
    {
        $taken = $this->taken();
        if (!is_file($taken) && !$this->rename($taken)) {
            return 0;
        }
        $file = @fopen($taken, 'rb');
        if ($file === false || !flock($file, LOCK_EX | LOCK_NB) || !self::isStill($file, $taken)) {
            return 0;
        }
        $left = 0;
        try {
            while (($line = fgets($file)) !== false) {
                $message = json_decode($line, true, 5);
                // A line that was cut off by a full disk cannot be read.
                is_array($message) ? $handle($message) : ++$left;
            }
        } catch (\Throwable $thrown) {
            if ($now - (int) (fstat($file)['mtime'] ?? 0) < self::KEEP_SECONDS) {
                fclose($file);
                throw $thrown;
            }
            for (++$left; fgets($file) !== false; ++$left) {
                continue;
            }
        }
        @unlink($taken);
        fclose($file);
        return $left;
    }

    private function taken(): string
    {
        return $this->path . '-taken';
    }

    private function rename(string $to): bool
    {
        $file = is_file($this->path) ? @fopen($this->path, 'r+b') : false;
        if ($file === false || !flock($file, LOCK_EX)) {
            return false;
        }
        $isRenamed = self::isStill($file, $this->path) && !is_file($to) && @rename($this->path, $to);
        fclose($file);
        return $isRenamed;
    }

    /** @param resource $file */
    private static function isStill($file, string $path): bool
    {
        clearstatcache(true, $path);
        $there = @stat($path);
        $own = fstat($file);
        return $there !== false && $own !== false && [$there['dev'], $there['ino']] === [$own['dev'], $own['ino']];
    }
}
