<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

/** Draws the refused events under the settings, with WordPress' own styles; nothing at all where there are none. */
final class RefusedView
{
    /**
     * @param list<array{id: string, what: string, url: string, words: string, at: int}> $rows newest first
     * @param int    $total of which $rows are the newest
     * @param string $did   what a button has just done: again, discarded, failed or ''
     * @param int    $count of that
     */
    public function __construct(
        private readonly array $rows,
        private readonly int $total,
        private readonly string $did,
        private readonly int $count,
    ) {
    }

    /** @param string $nonceField HTML of wp_nonce_field() */
    public function print(string $action, string $nonceField, int $now): void
    {
        $outcome = $this->outcome();
        if ($this->rows === [] && $outcome === null) {
            return;
        }
        echo '<h2 id="pinrelay-refused">', esc_html__('Refused by Pinterest', 'pinrelay'), '</h2>';
        if ($outcome !== null) {
            printf(
                '<div class="notice notice-%s inline" role="status"><p>%s</p></div>',
                esc_attr($this->did === 'failed' ? 'error' : 'success'),
                esc_html($outcome),
            );
        }
        if ($this->rows === []) {
            return;
        }
        echo '<p>', esc_html__(
            'Pinterest did not take these events. Read what it says, mend the cause, and send them again. They are '
                . 'kept for seven days.',
            'pinrelay',
        ), '</p>';
        if ($this->total > count($this->rows)) {
            echo '<p>', esc_html(sprintf(
                /* translators: 1: number of events in the table, 2: number of all refused events */
                __('These are the newest %1$s of %2$s.', 'pinrelay'),
                number_format_i18n(count($this->rows)),
                number_format_i18n($this->total),
            )), '</p>';
        }
        printf('<form method="post" action="%s">', esc_url(admin_url('admin-post.php')));
        printf('%s<input type="hidden" name="action" value="%s">', $nonceField, esc_attr($action));
        $this->table($now);
        if ($this->total > 1) {
            printf(
                '<p><button class="button" name="again" value="all">%s</button></p>',
                esc_html__('Send all again', 'pinrelay'),
            );
        }
        echo '</form>';
    }

    private function table(int $now): void
    {
        printf(
            '<table class="widefat striped"><thead><tr><th scope="col">%s</th><th scope="col">%s</th>'
                . '<th scope="col">%s</th><th scope="col">%s</th></tr></thead><tbody>',
            esc_html__('Event', 'pinrelay'),
            esc_html__('What Pinterest says', 'pinrelay'),
            esc_html__('When', 'pinrelay'),
            esc_html__('What to do', 'pinrelay'),
        );
        foreach ($this->rows as $row) {
            printf(
                '<tr><th scope="row">%s</th><td>%s</td><td>%s</td><td>%s %s</td></tr>',
                $row['url'] === ''
                    ? esc_html($row['what'])
                    : sprintf('<a href="%s">%s</a>', esc_url($row['url']), esc_html($row['what'])),
                esc_html($row['words']),
                esc_html(sprintf(
                    /* translators: %s: a span of time, e.g. "5 minutes" */
                    __('%s ago', 'pinrelay'),
                    human_time_diff($row['at'], $now),
                )),
                self::button('again', __('Send again', 'pinrelay'), $row),
                self::button('discard', __('Discard', 'pinrelay'), $row),
            );
        }
        echo '</tbody></table>';
    }

    /** @return string HTML; read aloud, it names what it is about */
    private static function button(string $name, string $words, array $row): string
    {
        return sprintf(
            '<button class="button" name="%s" value="%s">%s<span class="screen-reader-text"> (%s)</span></button>',
            esc_attr($name),
            esc_attr($row['id']),
            esc_html($words),
            esc_html($row['what']),
        );
    }

    private function outcome(): ?string
    {
        $count = number_format_i18n($this->count);
        return match ($this->did) {
            'again' => sprintf(
                /* translators: %s: number of events */
                _n('%s event is on its way again.', '%s events are on their way again.', $this->count, 'pinrelay'),
                $count,
            ),
            'discarded' => sprintf(
                /* translators: %s: number of events */
                _n('%s event is discarded.', '%s events are discarded.', $this->count, 'pinrelay'),
                $count,
            ),
            'failed' => __('That did not work. The status above says what is wrong with this server.', 'pinrelay'),
            default => null,
        };
    }
}
