<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Status\Addresses;
use Pinrelay\WooCommerce\Status\CronStatus;
use Pinrelay\WooCommerce\Status\LossReason;
use Pinrelay\WooCommerce\Status\Messages;
use Pinrelay\WooCommerce\Status\Report;
use Pinrelay\WooCommerce\Status\Verdict;

/** Draws how things stand, under the settings form. */
final class StatusView
{
    public function __construct(private readonly Report $report)
    {
    }

    public function print(int $now): void
    {
        echo '<h2>', esc_html__('How things stand', 'pinrelay'), '</h2>',
            '<table class="widefat striped"><tbody>';
        foreach ($this->lines($now) as [$label, $lines]) {
            printf(
                '<tr><th scope="row">%s</th><td>%s</td></tr>',
                esc_html($label),
                implode('<br>', array_map('esc_html', $lines)),
            );
        }
        echo '</tbody></table>';
    }

    /** @return list<array{string, list<string>}> label and lines of plain text */
    private function lines(int $now): array
    {
        $report = $this->report;
        $relay = $report->relay;
        $lines = [
            [__('Orders', 'pinrelay'), $this->orders()],
            [__('Extension', 'pinrelay'), [$this->extension()]],
        ];
        if ($report->relayError !== null) {
            $error = $report->relayError;
            $lines[] = [__('Error', 'pinrelay'), [Messages::relayError($error), $error->message]];
        }
        $secondTag = Messages::secondTag(SecondTag::known(), $report->settings->tagId);
        if ($secondTag !== null) {
            $lines[] = [__('A second Pinterest tag', 'pinrelay'), [$secondTag]];
        }
        $next = wp_next_scheduled(Plugin::TICK);
        $cron = CronStatus::worry($next === false ? null : (int) $next, $now);
        if ($cron !== null) {
            $lines[] = [__('Scheduled tasks', 'pinrelay'), [$cron]];
        }
        if ($report->hiddenAddresses($now) !== null) {
            $hidden = Addresses::words(Addresses::headers($report->drops));
            $lines[] = [__('Visitors\' addresses', 'pinrelay'), [$hidden]];
        }
        $left = [];
        foreach ($report->drops as $reason => $one) {
            $left[] = number_format_i18n($one['count']) . ' ' . LossReason::labelOf((string) $reason, $one['by']);
        }
        if ($left !== []) {
            $lines[] = [__('Left out', 'pinrelay'), $left];
        }
        if ($relay === null) {
            return $lines;
        }
        $lines[] = [__('Waiting to be sent', 'pinrelay'), [$this->waiting($relay, $now)]];
        if ($relay['paused'] !== null) {
            $lines[] = [__('Stopped', 'pinrelay'), [
                Messages::paused($relay['paused']),
                sprintf(
                    /* translators: %s: a span of time, e.g. "5 minutes" */
                    __('For %s now. Nothing is lost meanwhile.', 'pinrelay'),
                    human_time_diff($relay['paused']['since'], $now),
                ),
            ]];
        }
        if ($relay['retry_at'] !== null && $relay['retry_at'] > $now) {
            $lines[] = [__('Next try', 'pinrelay'), [sprintf(
                /* translators: %s: a span of time, e.g. "5 minutes" */
                __('in %s', 'pinrelay'),
                human_time_diff($now, $relay['retry_at']),
            )]];
        }
        $success = $relay['last_success_at'];
        $lines[] = [__('Last success', 'pinrelay'), [
            $success === null ? __('none yet', 'pinrelay') : self::ago($success, $now),
        ]];
        $error = $relay['last_error'];
        $lines[] = [__('Last error', 'pinrelay'), $error === null ? [__('none', 'pinrelay')] : [
            Messages::error($error),
            (string) $error['message'],
            self::ago($error['at'], $now),
        ]];
        $lost = [];
        foreach ($relay['lost'] as $reason => $count) {
            $lost[] = number_format_i18n($count) . ' ' . LossReason::labelOf((string) $reason);
        }
        if ($lost !== []) {
            $lines[] = [__('Given up', 'pinrelay'), $lost];
        }
        $lines[] = [__('Sender', 'pinrelay'), [$this->sender($relay, $now)]];
        $lines[] = [__('Folder', 'pinrelay'), $this->folder($relay)];

        return $lines;
    }

    /** @return list<string> */
    private function orders(): array
    {
        if ($this->report->isTableRefused) {
            return [Messages::table()];
        }
        $counts = $this->report->counts + [OutboxRow::NOTED => 0, OutboxRow::PENDING => 0, OutboxRow::QUEUED => 0];
        $lines = [
            sprintf(
                /* translators: 1: number of orders waiting in the shop, 2: number of orders handed to the sender */
                __('%1$s waiting in the shop, %2$s with the sender', 'pinrelay'),
                number_format_i18n($counts[OutboxRow::PENDING]),
                number_format_i18n($counts[OutboxRow::QUEUED]),
            ),
            sprintf(
                /* translators: %s: number of orders */
                __('%s placed but not counted yet, for example not paid', 'pinrelay'),
                number_format_i18n($counts[OutboxRow::NOTED]),
            ),
        ];
        foreach ($this->report->verdicts as $verdict => $count) {
            $lines[] = number_format_i18n($count) . ' ' . Verdict::labelOf((string) $verdict);
        }
        if ($this->report->ended > 0) {
            $lines[] = sprintf(
                /* translators: %s: number of orders */
                __(
                    '%s of these were cancelled or refunded later. Pinterest counts them all the same: it offers no '
                        . 'way to take a sale back.',
                    'pinrelay',
                ),
                number_format_i18n($this->report->ended),
            );
        }
        if ($this->report->settings->tagReady() && array_sum($this->report->browser) > 0) {
            $lines[] = sprintf(
                /* translators: 1, 2 and 3: numbers of orders */
                __(
                    'In the last 7 days the browser reported %1$s, was blocked for %2$s, and sent no status for '
                        . '%3$s: nobody came back to the page of the order, or it could not reach the shop.',
                    'pinrelay',
                ),
                ...array_map(number_format_i18n(...), array_values($this->report->browser)),
            );
        }
        return $lines;
    }

    private function extension(): string
    {
        return $this->report->extension === Extension::OK
            ? sprintf(
                /* translators: %s: a version number */
                __('installed, version %s', 'pinrelay'),
                (string) $this->report->version,
            )
            : Messages::extension($this->report->extension);
    }

    /** @param array<string, mixed> $relay */
    private function waiting(array $relay, int $now): string
    {
        $words = sprintf(
            /* translators: 1: number of orders, 2: number of other events, such as adds to the cart */
            __('%1$s orders and %2$s other events', 'pinrelay'),
            number_format_i18n($relay['waiting']['revenue']),
            number_format_i18n($relay['waiting']['visit']),
        );
        return $relay['oldest_waiting_at'] === null ? $words : $words . ', ' . sprintf(
            /* translators: %s: a span of time, e.g. "5 minutes" */
            __('the oldest for %s', 'pinrelay'),
            human_time_diff($relay['oldest_waiting_at'], $now),
        );
    }

    /** @param array<string, mixed> $relay */
    private function sender(array $relay, int $now): string
    {
        return $relay['sender'] === null
            ? __('resting; it starts by itself when there is something to send', 'pinrelay')
            : sprintf(
                /* translators: 1: a process number, 2: a span of time, e.g. "5 minutes" */
                __('at work in process %1$d for %2$s', 'pinrelay'),
                $relay['sender']['pid'],
                human_time_diff($relay['sender']['since'], $now),
            );
    }

    /**
     * @param array<string, mixed> $relay
     * @return list<string>
     */
    private function folder(array $relay): array
    {
        $spool = $relay['spool'];
        return array_values(array_filter([
            $spool['dir'],
            (string) size_format((float) $spool['bytes']),
            $spool['writable'] ? '' : __('It cannot be written.', 'pinrelay'),
            $spool['network_fs'] ? __(
                'It lies on a network drive. A folder on the server\'s own disk is safer: name one with '
                    . 'PINRELAY_SPOOL_DIR in wp-config.php.',
                'pinrelay',
            ) : '',
        ]));
    }

    private static function ago(int $then, int $now): string
    {
        return sprintf(
            /* translators: 1: a span of time, e.g. "5 minutes"; 2: date and time */
            __('%1$s ago (%2$s)', 'pinrelay'),
            human_time_diff($then, $now),
            wp_date((string) get_option('date_format') . ' ' . get_option('time_format'), $then),
        );
    }
}
