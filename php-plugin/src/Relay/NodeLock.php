<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Support\Throttle;

/**
 * The lock that lets one process of a web node at a time work on the outbox after its response, and one in so
 * many seconds.
 *
 * Asked by every request, so it is a locked file beside this node's spools and costs no query; and each node has its
 * own, since nobody else can read its verdicts or answer for it. A process that dies releases it. Where there is
 * no spool yet, or no locks, the shop's database decides instead.
 */
final class NodeLock
{
    public const OPTION = 'pinrelay_step';
    private const FILE = Plugin::STEPPED;
    /** @var ?resource while we hold the lock */
    private mixed $held = null;

    public function __construct(private readonly Throttle $throttle)
    {
    }

    /**
     * True for the holder, until end().
     *
     * @param ?string $root of this node's spools, null where there is none
     */
    public function take(?string $root, int $seconds, int $now): bool
    {
        // The extension names the node in a root that it found private and ours. "e": a program that somebody starts
        // meanwhile must not keep the lock.
        $isThere = $root !== null && @is_file($root . '/' . NodeName::FILE);
        $file = $isThere ? @fopen($root . '/' . self::FILE, 'c+e') : false;
        if ($file === false) {
            return $this->throttle->claim(self::OPTION, $seconds, $now);
        }
        if (!flock($file, LOCK_EX | LOCK_NB, $isTaken)) {
            return $isTaken !== 1 && $this->throttle->claim(self::OPTION, $seconds, $now);
        }
        $last = (int) stream_get_contents($file);
        // A time in the future is a clock that was set back: it counts as long ago.
        if ($last <= $now && $now - $last < $seconds) {
            return false;
        }
        $isWritten = ftruncate($file, 0) && rewind($file) && fwrite($file, (string) $now) !== false && fflush($file);
        $this->held = $isWritten ? $file : null;

        return $isWritten || $this->throttle->claim(self::OPTION, $seconds, $now);
    }

    public function end(): void
    {
        if ($this->held !== null) {
            fclose($this->held);
            $this->held = null;
        }
    }
}
