<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * How many events one address may hand in a minute, counted in a file of fixed size: no database, no growth, no
 * cleaning up, the same on every host, and shared by all workers of a server. An address leaves nothing but a count in
 * one of 65,536 places, which others share.
 *
 * Without a lock: two requests of one address at the same moment may count as one, and the limit is a dam and no
 * ledger. What the dam lets through meets the spool's own limit.
 */
final class Rate
{
    /** A visitor makes a few; a household, an office or a carrier's gateway share an address. */
    public const MOST = 300;
    /** Of all whose address is not known. */
    public const MOST_UNKNOWN = 3000;

    private const SECONDS = 60;
    /** Bytes of a place: the minute and the count, 16 bits each. */
    private const SIZE = 4;

    public static function fileIn(string $spoolDir): string
    {
        return $spoolDir . '/collect-rate';
    }

    /** @param string $file '' or not writable: nothing is counted */
    public function __construct(
        private readonly string $file,
        #[\SensitiveParameter]
        private readonly string $key,
    ) {
    }

    /**
     * Counts events; false when the address has had its share of this minute, or would have more than that.
     *
     * @param string $ip     '' where it is not known, as behind a proxy that nobody declared: all of those share one
     * @param int    $weight how many events it is worth
     */
    public function take(string $ip, int $now, int $weight = 1): bool
    {
        $handle = $this->file === '' ? false : @fopen($this->file, 'c+b');
        if ($handle === false) {
            return true;
        }
        $minute = intdiv($now, self::SECONDS) & 0xFFFF;
        $at = self::SIZE * hexdec(substr(hash_hmac('sha256', 'rate:' . self::network($ip), $this->key), 0, 4));
        fseek($handle, $at);
        $place = unpack('vminute/vcount', str_pad((string) fread($handle, self::SIZE), self::SIZE, "\0"));
        $count = $place['minute'] === $minute ? $place['count'] : 0;
        $mayPass = $count + $weight <= ($ip === '' ? self::MOST_UNKNOWN : self::MOST);
        if ($mayPass) {
            fseek($handle, $at);
            fwrite($handle, pack('vv', $minute, $count + $weight));
        }
        fclose($handle);
        return $mayPass;
    }

    /** One household of IPv6 has 2^64 addresses. */
    private static function network(string $ip): string
    {
        $bytes = @inet_pton($ip);
        return is_string($bytes) && strlen($bytes) === 16 ? substr($bytes, 0, 8) : $ip;
    }
}
