<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Support;

/**
 * Lets the same line into a log once a minute, and knows how often it was held back meanwhile: a fault that every visit
 * meets must not fill a disk. Counted in a file of fixed size, so that it costs no query and works where the database
 * is what fails. A line leaves nothing but a hash. Pure but for that file.
 */
final class Repeats
{
    private const SECONDS = 60;
    private const PLACES = 256;
    /** Bytes of a place: hash of the line, when it was last let through, how often it was not since. */
    private const SIZE = 12;

    /** @param string $file '' or not writable: every line is let through */
    public function __construct(private readonly string $file)
    {
    }

    /** @return ?string the line, with how often it was held back; null where it is to be held back now */
    public function pass(string $line, int $now): ?string
    {
        $handle = $this->file === '' ? false : @fopen($this->file, 'c+b');
        if ($handle === false) {
            return $line;
        }
        // Two that come at the same moment may count as one: a lock would let one wait for the other's disk.
        $hash = crc32($line);
        $at = self::SIZE * ($hash % self::PLACES);
        fseek($handle, $at);
        $place = unpack('Vhash/Vat/Vheld', str_pad((string) fread($handle, self::SIZE), self::SIZE, "\0"));
        $isSame = $place['hash'] === $hash;
        $isHeld = $isSame && abs($now - $place['at']) < self::SECONDS;
        $held = $isSame ? $place['held'] : 0;
        fseek($handle, $at);
        fwrite($handle, pack('VVV', $hash, $isHeld ? $place['at'] : $now, $isHeld ? $held + 1 : 0));
        fclose($handle);
        return match (true) {
            $isHeld => null,
            $held > 0 => sprintf('%s (and %d more of these)', $line, $held),
            default => $line,
        };
    }
}
