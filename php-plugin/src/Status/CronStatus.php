<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

/**
 * Whether the scheduled jobs run, by when the minutely one should run next. Pure.
 *
 * WP-Cron needs visits that reach PHP; behind a full-page cache, or switched off without a replacement, it may rest for
 * hours. Requests do the jobs' work then, but a shop that nobody visits has none.
 */
final class CronStatus
{
    private const PATIENCE_SECONDS = 15 * 60;

    /**
     * @param ?int $next unix seconds, null when it is not scheduled
     * @return ?string plain text, null when all is well
     */
    public static function worry(?int $next, int $now): ?string
    {
        if ($next !== null && $next > $now - self::PATIENCE_SECONDS) {
            return null;
        }
        $advice = __(
            'Visits to the shop do the work meanwhile, but a shop without visitors has to wait. Ask your host to call '
                . 'wp-cron.php every minute, or to run this command every minute as the web server\'s user: '
                . 'wp pinrelay drain --quiet',
            'pinrelay',
        );
        return $next === null
            ? __('WordPress has lost the schedule.', 'pinrelay') . ' ' . $advice
            : sprintf(
                /* translators: %s: a span of time, e.g. "5 minutes" */
                __('WordPress has not run its scheduled tasks for %s.', 'pinrelay'),
                human_time_diff($next, $now),
            ) . ' ' . $advice;
    }
}
