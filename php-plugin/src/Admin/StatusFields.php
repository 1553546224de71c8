<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Settings\Settings;

/**
 * The settings' rows about order statuses that other plugins have added: what each means for an order, and how long one
 * that waits is waited for. Nothing where there is none.
 */
final class StatusFields
{
    /** WooCommerce's own, whose meaning is known. */
    private const OWN = [
        'pending', 'processing', 'on-hold', 'completed', 'cancelled', 'refunded', 'failed', 'checkout-draft',
    ];

    /**
     * @param array<string, string> $statuses name by status, as wc_get_order_statuses() gives them
     * @return array<string, string> those of other plugins, without the wc- prefix
     */
    public static function custom(array $statuses): array
    {
        $custom = [];
        foreach ($statuses as $status => $name) {
            $short = (string) preg_replace('/^wc-/', '', (string) $status);
            if (!in_array($short, self::OWN, true)) {
                $custom[$short] = trim(strip_tags((string) $name)) ?: $short;
            }
        }
        return $custom;
    }

    /**
     * @param array<string, string> $statuses as custom() gives them
     * @param array<string, mixed>  $values   as stored, or as just entered
     */
    public static function print(FormTable $table, array $statuses, array $values): void
    {
        if ($statuses === []) {
            return;
        }
        $entered = is_array($values['statuses'] ?? null) ? $values['statuses'] : [];
        $table->row('statuses', static function () use ($table, $statuses, $entered): void {
            echo '<fieldset><legend class="screen-reader-text">', esc_html($table->label('statuses')), '</legend>';
            foreach ($statuses as $status => $name) {
                self::line($table, (string) $status, $name, $entered);
            }
            echo '</fieldset>';
            $table->help('statuses', __(
                'Other plugins of your shop have added these. Wait for a status in which a paid order may still grow, '
                    . 'as while one-click offers are shown: the order is sent when it leaves that status, with all '
                    . 'that was added.',
                'pinrelay',
            ));
        }, false);
        self::minutes($table, $values);
    }

    /** @param array<mixed> $entered */
    private static function line(FormTable $table, string $status, string $name, array $entered): void
    {
        $field = "statuses[{$status}]";
        printf('<p><label for="%s">%s</label> ', esc_attr(FormTable::id($field)), esc_html(sprintf(
            /* translators: %s: an order status of another plugin, e.g. "Shipped" */
            __('%s: the order is', 'pinrelay'),
            $name,
        )));
        $table->select(
            $field,
            [
                '' => __('as WooCommerce sees it', 'pinrelay'),
                Settings::PAID => __('paid', 'pinrelay'),
                Settings::WAITING => __('paid, but may still change: wait', 'pinrelay'),
                Settings::NO_SALE => __('no sale', 'pinrelay'),
            ],
            $entered[$status] ?? (new Settings())->statusMeans($status),
            $table->described($field, '') ?: ' aria-describedby="pinrelay-statuses-help"',
        );
        echo '</p>';
        $table->help($field, '');
    }

    /** @param array<string, mixed> $values */
    private static function minutes(FormTable $table, array $values): void
    {
        $field = 'wait_minutes';
        $help = sprintf(
            /* translators: %d: number of minutes */
            __(
                'In minutes. An order that is still in such a status by then is sent as it is. At most %d, since '
                    . 'a sale has to reach Pinterest within the hour.',
                'pinrelay',
            ),
            Settings::LONGEST_WAIT_MINUTES,
        );
        $table->row($field, static function () use ($table, $field, $help, $values): void {
            printf(
                '<input type="number" min="1" max="%d" class="small-text" id="%s" name="%s" value="%s"%s>',
                Settings::LONGEST_WAIT_MINUTES,
                esc_attr(FormTable::id($field)),
                esc_attr($field),
                esc_attr((string) ($values[$field] ?? Settings::WAIT_MINUTES)),
                $table->described($field, $help),
            );
            $table->help($field, $help);
        });
    }
}
