<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * How many events and requests were dropped before the extension saw them, and why: a count for each reason, in small
 * files beside the spools, since drops come by the thousand and must not cost a database query each.
 *
 * A reason may be counted by a detail as well: which bot, which header. Both are bounded, whoever sends what. A count
 * takes a lock that is free or goes to the next file; where all are held, or none can be written, it is let go: it is a
 * figure for the owner, and nobody waits for it. It must not know what becomes of a drop.
 */
final class DropCount
{
    /** A program by its user agent; the detail is its name. */
    public const BOT = 'bot';
    /** The visitor's address is a proxy's; the detail is the header that carried a public one, if any did. */
    public const PRIVATE_ADDRESS = 'private_address';
    /** Nothing that Pinterest could match by, for another reason. */
    public const NO_MATCH_KEY = 'no_match_key';
    /** More than one address may hand in. */
    public const RATE = 'rate';
    public const NOT_SIGNED = 'not_signed';
    /** Not from a page of this shop. */
    public const FOREIGN_ORIGIN = 'foreign_origin';
    /** The visitor did not agree. */
    public const CONSENT = 'consent';
    /** The server half of this event is switched off, since its page was cached. */
    public const SWITCHED_OFF = 'switched_off';
    /** No space, or no spool that can be used. */
    public const SPOOL = 'spool';
    /** Not understood, or refused by the extension. */
    public const INVALID = 'invalid';
    /** A user of the shop, who is no visitor. */
    public const STAFF = 'staff';
    /** A cart that is not the visitor's own. */
    public const FOREIGN_CART = 'foreign_cart';

    private const FILES = 4;
    private const MOST_REASONS = 40;
    private const MOST_DETAILS = 60;
    private const LONGEST = 60;
    /** Where details went for which there was no space. */
    public const OTHERS = 'others';
    /** The detail of PRIVATE_ADDRESS where no usual header carried a public one. */
    public const NO_HEADER = 'no header';
    /** How exactly passed() knows. */
    private const PASSED_SECONDS = 600;

    /** @param ?string $dir where the spools lie; null where there is no place */
    public function __construct(
        private readonly ?string $dir,
        private readonly string $site,
    ) {
    }

    public static function of(Config $config): self
    {
        return new self(dirname($config->rateFile), (string) ($config->relay['site'] ?? ''));
    }

    /**
     * @param string $reason one of the constants, or another short name of ASCII letters
     * @param string $detail what it is counted by as well, '' for nothing
     */
    public function add(string $reason, string $detail = '', int $count = 1): void
    {
        $paths = $this->paths();
        for ($turn = 0; $turn < count($paths); $turn++) {
            // Each worker has a file of its own to begin with.
            $file = @fopen($paths[((int) getmypid() + $turn) % count($paths)], 'c+b');
            if ($file === false) {
                continue;
            }
            $isFree = flock($file, LOCK_EX | LOCK_NB);
            if ($isFree) {
                self::rewrite($file, $reason, $detail, $count);
            }
            fclose($file);
            if ($isFree) {
                return;
            }
        }
    }

    /** A visit was not dropped: the visitor's address is a public one. Known to ten minutes, at the price of a look. */
    public function passed(int $now): void
    {
        $path = $this->path('passed');
        if ($path !== null && $now - (int) @filemtime($path) >= self::PASSED_SECONDS) {
            @touch($path, $now);
        }
    }

    /** When a visitor with a public address was last seen, in unix seconds; null for never. */
    public function lastPassed(): ?int
    {
        $path = $this->path('passed');
        clearstatcache();
        return $path !== null && is_file($path) ? (int) filemtime($path) : null;
    }

    /** @return array<string, array{count: int, last_at: int, by: array<string, int>}> by reason, the most first */
    public function read(): array
    {
        $all = [];
        foreach ($this->paths() as $path) {
            $file = @fopen($path, 'rb');
            if ($file === false) {
                continue;
            }
            // A writer holds it for microseconds.
            flock($file, LOCK_SH);
            foreach (self::parse((string) stream_get_contents($file)) as $reason => $one) {
                $known = $all[$reason] ?? ['count' => 0, 'last_at' => 0, 'by' => []];
                foreach ($one['by'] as $detail => $count) {
                    $known['by'][$detail] = ($known['by'][$detail] ?? 0) + $count;
                }
                arsort($known['by']);
                $all[$reason] = [
                    'count' => $known['count'] + $one['count'],
                    'last_at' => max($known['last_at'], $one['last_at']),
                    'by' => $known['by'],
                ];
            }
            fclose($file);
        }
        uasort($all, static fn (array $one, array $other): int => $other['count'] <=> $one['count']);
        return $all;
    }

    /** @param resource $file locked by the caller */
    private static function rewrite($file, string $reason, string $detail, int $count): void
    {
        $all = self::parse((string) stream_get_contents($file));
        if (!isset($all[$reason]) && count($all) >= self::MOST_REASONS) {
            $reason = self::OTHERS;
        }
        $known = $all[$reason] ?? ['count' => 0, 'last_at' => 0, 'by' => []];
        $detail = substr($detail, 0, self::LONGEST);
        if ($detail !== '') {
            if (!isset($known['by'][$detail]) && count($known['by']) >= self::MOST_DETAILS) {
                $detail = self::OTHERS;
            }
            $known['by'][$detail] = ($known['by'][$detail] ?? 0) + $count;
        }
        $all[$reason] = ['count' => $known['count'] + $count, 'last_at' => time(), 'by' => $known['by']];
        $words = json_encode($all, JSON_INVALID_UTF8_SUBSTITUTE);
        // Cut after writing: a process that dies in between leaves the old counts or a tail that is not read.
        if (is_string($words) && rewind($file) && fwrite($file, $words . "\n") === strlen($words) + 1) {
            ftruncate($file, strlen($words) + 1);
        }
    }

    /** @return array<string, array{count: int, last_at: int, by: array<string, int>}> */
    private static function parse(string $text): array
    {
        $all = json_decode((string) strtok($text, "\n"), true, 5);
        $isWhole = static fn (mixed $one): bool => is_array($one)
            && is_int($one['count'] ?? null) && is_int($one['last_at'] ?? null) && is_array($one['by'] ?? null)
            && array_filter($one['by'], 'is_int') === $one['by'];
        return is_array($all) ? array_filter($all, $isWhole) : [];
    }

    /** @return list<string> */
    private function paths(): array
    {
        return array_values(array_filter(array_map($this->path(...), range(1, self::FILES)), 'is_string'));
    }

    /** Shops may share the folder. */
    private function path(int|string $part): ?string
    {
        return $this->dir === null || $this->dir === '' || !is_dir($this->dir)
            ? null
            : sprintf('%s/drops-%s-%s', $this->dir, substr(hash('sha256', $this->site), 0, 8), $part);
    }
}
