<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Settings\State;

/**
 * The number of all settings that collect.php works by. It only rises, and does with every change, by whatever means:
 * the form, the command line, a constant, an import, another web server. Pages carry it in the address that they hand
 * events to, so that a collect.php with older settings knows that it is behind. It is the time of the change, so that
 * what changes in a database restored from a backup is newer than all that was before. Pure.
 */
final class Revision
{
    private const OF = 'revision_of';
    private const COUNT = 'revision_count';

    /**
     * Somebody's filter that answers each request differently must not make each of them write. After so many changes
     * in a minute the next is noticed in the minute after.
     */
    private const MOST_A_MINUTE = 20;

    /** @param array<string, mixed> $state */
    public static function isOf(array $state, string $fingerprint): bool
    {
        return ($state[self::OF] ?? '') === $fingerprint;
    }

    /**
     * What to change in the state for settings with this fingerprint, null for nothing: also where somebody has noticed
     * others since this request read them, which may have begun long before.
     *
     * @param array<string, mixed> $state as the database has it now
     * @param int                  $known the number that stood beside the settings when this request read them
     * @return ?array<string, mixed>
     */
    public static function next(array $state, string $fingerprint, int $now, int $known): ?array
    {
        [$minute, $count] = is_array($state[self::COUNT] ?? null) ? $state[self::COUNT] : [0, 0];
        $count = $minute === intdiv($now, 60) ? $count : 0;
        $number = (int) ($state[State::REVISION] ?? 0);
        if ($number !== $known || self::isOf($state, $fingerprint) || $count >= self::MOST_A_MINUTE) {
            return null;
        }
        return [
            State::REVISION => max($now, $number + 1),
            self::OF => $fingerprint,
            self::COUNT => [intdiv($now, 60), $count + 1],
        ];
    }

    /**
     * The same where the file of collect.php has a higher number than the database, which was restored from a backup.
     *
     * @param array<string, mixed> $state as the database has it now
     * @return ?array<string, mixed>
     */
    public static function afterRestore(array $state, int $files, int $now): ?array
    {
        return $files > (int) ($state[State::REVISION] ?? 0) ? [State::REVISION => max($now, $files + 1)] : null;
    }
}
