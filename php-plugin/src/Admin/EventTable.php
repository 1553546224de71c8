<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Settings\EventNames;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * The settings' table of events: for each, whether the browser tells it and whether the server does.
 */
final class EventTable
{
    public const FIELD = 'events';

    /** WordPress' form tables would give each cell a field's height. */
    private const CELL = ' style="padding:6px 10px;width:auto"';

    /** @param array<string, mixed> $values as stored, or as just entered */
    public static function print(FormTable $table, array $values): void
    {
        $chosen = new Settings(events: is_array($values[self::FIELD] ?? null) ? $values[self::FIELD] : []);
        $table->row(self::FIELD, static function () use ($table, $chosen): void {
            $help = __(
                'Pinterest counts an event that both report only once. Leave both on unless you have a reason.',
                'pinrelay',
            );
            // Says that the table was there, in case nothing in it is ticked.
            printf('<input type="hidden" name="%s[shown]" value="1">', esc_attr(self::FIELD));
            printf(
                '<fieldset id="%s"%s><legend class="screen-reader-text">%s</legend><table class="widefat striped"'
                    . ' style="max-width:36em"><thead><tr><th scope="col"' . self::CELL . '>%s</th>'
                    . '<th scope="col"' . self::CELL . '>%s</th><th scope="col"' . self::CELL . '>%s</th>'
                    . '</tr></thead><tbody>',
                esc_attr(FormTable::id(self::FIELD)),
                $table->described(self::FIELD, $help),
                esc_html($table->label(self::FIELD)),
                esc_html__('Event', 'pinrelay'),
                esc_html__('Browser', 'pinrelay'),
                esc_html__('Server', 'pinrelay'),
            );
            foreach (self::words() as $name => $words) {
                self::line($name, $words, $chosen);
            }
            echo '</tbody></table></fieldset>';
            $table->help(self::FIELD, $help);
        }, false);
    }

    private static function line(string $name, string $words, Settings $chosen): void
    {
        printf('<tr><th scope="row"' . self::CELL . '>%s</th>', esc_html($words));
        $halves = [
            /* translators: %s: an event, e.g. "Add to cart" */
            'tag' => __('%s, reported by the browser', 'pinrelay'),
            /* translators: %s: an event, e.g. "Add to cart" */
            'api' => __('%s, reported by the server', 'pinrelay'),
        ];
        foreach ($halves as $half => $label) {
            printf(
                '<td' . self::CELL . '><input type="checkbox" name="%s" value="1" aria-label="%s"%s></td>',
                esc_attr(sprintf('%s[%s][%s]', self::FIELD, $name, $half)),
                esc_attr(sprintf($label, $words)),
                checked($chosen->wants($name, $half), true, false),
            );
        }
        echo '</tr>';
    }

    /** @return array<string, string> by EventNames::ALL, in that order */
    private static function words(): array
    {
        $words = [
            'page_visit' => __('Page visit', 'pinrelay'),
            'view_category' => __('Category or shop page viewed', 'pinrelay'),
            'view_content' => __('Content viewed (by custom code)', 'pinrelay'),
            'search' => __('Search for products', 'pinrelay'),
            'add_to_wishlist' => __('Add to wishlist', 'pinrelay'),
            'add_to_cart' => __('Add to cart', 'pinrelay'),
            'initiate_checkout' => __('Checkout begun', 'pinrelay'),
            'add_payment_info' => __('Payment details given', 'pinrelay'),
            'checkout' => __('Purchase', 'pinrelay'),
            'signup' => __('Account created', 'pinrelay'),
            'lead' => __('Lead (by custom code)', 'pinrelay'),
            'subscribe' => __('Subscription (by custom code)', 'pinrelay'),
            'watch_video' => __('Video watched (by custom code)', 'pinrelay'),
            'custom' => __('Custom event (by custom code)', 'pinrelay'),
        ];
        return array_merge(array_flip(EventNames::ALL), $words);
    }
}
