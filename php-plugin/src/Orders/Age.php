<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Orders;

/**
 * What an accepted order's age means for handing it over (docs/wire-contract.md#event-time). Pure.
 *
 * Within the hour Pinterest joins both halves by their id. After it the server half may be counted beside a browser
 * half that arrived, so it goes only where none did; after seven days Pinterest takes it no more.
 */
final class Age
{
    public const ON_TIME = 'on_time';
    /** Past the first hour, and the browser half was blocked or never heard of: it goes with late_ok. */
    public const LATE = 'late';
    /** Past the first hour, and the browser half stands for the order. */
    public const COVERED = 'covered';
    public const EXPIRED = 'expired';

    /** Five minutes of Pinterest's hour are left for the way there. */
    public const LATE_SECONDS = 55 * 60;
    /** For so long after it Pinterest takes an event. */
    public const ACCEPTED_SECONDS = 7 * 86400;
    /** Ten minutes less: an event handed over now must still be young enough when it arrives. */
    public const EXPIRED_SECONDS = self::ACCEPTED_SECONDS - 600;

    /**
     * @param int     $eventTime unix seconds of acceptance
     * @param ?string $browser   OutboxRow::FIRED, BLOCKED or null
     * @return self::ON_TIME|self::LATE|self::COVERED|self::EXPIRED
     */
    public static function decide(int $eventTime, ?string $browser, int $now): string
    {
        $age = $now - $eventTime;
        return match (true) {
            $age < self::LATE_SECONDS => self::ON_TIME,
            $browser === OutboxRow::FIRED => self::COVERED,
            $age < self::EXPIRED_SECONDS => self::LATE,
            default => self::EXPIRED,
        };
    }
}
