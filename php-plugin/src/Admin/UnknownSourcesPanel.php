<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Orders\OrderSource;
use Pinrelay\WooCommerce\Orders\Reconcile;
use Pinrelay\WooCommerce\Orders\ReconcileJobs;
use Pinrelay\WooCommerce\Orders\UnknownSources;
use Pinrelay\WooCommerce\Settings\GenerationWatch;
use Pinrelay\WooCommerce\Settings\Rules;
use Pinrelay\WooCommerce\Settings\SettingsStore;

/**
 * The paid orders that nobody counts because their source is not known, on the settings page: by the name of the
 * source, each with a button that makes it count, its orders of the last days with it.
 */
final class UnknownSourcesPanel
{
    public const ACTION = 'pinrelay_count_source';

    /** @param \Closure(): Reconcile $reconcile */
    public function __construct(
        private readonly UnknownSources $sources,
        private readonly SettingsStore $store,
        private readonly GenerationWatch $watch,
        private readonly \Closure $reconcile,
    ) {
    }

    public function print(int $now): void
    {
        $sources = $this->sources->recent($now);
        $done = absint($_GET['counted'] ?? 0);
        $isDone = isset($_GET['counted']);
        if ($sources === [] && !$isDone) {
            return;
        }
        echo '<h2 id="pinrelay-sources">', esc_html__('Orders of unknown sources', 'pinrelay'), '</h2>';
        if ($isDone) {
            printf('<div class="notice notice-success inline" role="status"><p>%s</p></div>', esc_html(sprintf(
                /* translators: %s: number of orders */
                __('This source counts from now on. %s of its orders are on their way; younger ones follow within the '
                    . 'hour.', 'pinrelay'),
                number_format_i18n($done),
            )));
        }
        if ($sources === []) {
            return;
        }
        echo '<p>', esc_html__(
            'These orders of the last seven days were paid, but your shop\'s checkout did not make them and no '
                . 'customer was seen with them, so they are not reported. Some plugins for express payment make orders '
                . 'of this kind; so do imports and marketplaces, whose orders should rather not be reported.',
            'pinrelay',
        ), '</p>';
        printf('<form method="post" action="%s">', esc_url(admin_url('admin-post.php')));
        wp_nonce_field(self::ACTION);
        printf('<input type="hidden" name="action" value="%s">', esc_attr(self::ACTION));
        $this->table($sources);
        echo '</form>';
    }

    /** @param array<string, list<int>> $sources */
    private function table(array $sources): void
    {
        printf(
            '<table class="widefat striped"><thead><tr><th scope="col">%s</th><th scope="col">%s</th>'
                . '<th scope="col">%s</th></tr></thead><tbody>',
            esc_html__('Source', 'pinrelay'),
            esc_html__('Orders', 'pinrelay'),
            esc_html__('What to do', 'pinrelay'),
        );
        foreach ($sources as $source => $orders) {
            printf(
                '<tr><th scope="row">%s</th><td>%s</td><td><button class="button" name="source" value="%s">%s'
                    . '<span class="screen-reader-text"> (%s)</span></button></td></tr>',
                esc_html(self::name((string) $source)),
                esc_html($this->number($orders)),
                esc_attr((string) $source),
                esc_html__('Count these orders', 'pinrelay'),
                esc_html(self::name((string) $source)),
            );
        }
        echo '</tbody></table>';
    }

    /** @param list<int> $orders */
    private function number(array $orders): string
    {
        $number = number_format_i18n(count($orders));
        return count($orders) < UnknownSources::MOST_ORDERS ? $number : sprintf(
            /* translators: %s: a number */
            __('%s or more', 'pinrelay'),
            $number,
        );
    }

    public static function name(string $source): string
    {
        return $source === '' ? __('(without a name)', 'pinrelay') : $source;
    }

    public function count(): void
    {
        check_admin_referer(self::ACTION);
        if (!current_user_can(SettingsPage::CAPABILITY)) {
            wp_die(esc_html__('You may not change these settings.', 'pinrelay'), '', ['response' => 403]);
        }
        $source = wp_unslash($_POST['source'] ?? null);
        $now = time();
        $orders = is_string($source) ? $this->sources->recent($now)[$source] ?? [] : [];
        $name = is_string($source) ? OrderSource::named($source) : '';
        if ($orders === [] || !Rules::allows('order_sources', $name)) {
            wp_safe_redirect(SettingsPage::url() . '#pinrelay-sources');
            exit;
        }
        $stored = $this->store->stored();
        $chosen = is_array($stored['order_sources'] ?? null) ? $stored['order_sources'] : [];
        $this->store->save(['order_sources' => array_values(array_unique([...$chosen, $name]))] + $stored);
        $this->watch->look($now);
        $this->sources->forgetSource($source);
        // Those on the list at once, the others by the hourly job.
        ReconcileJobs::lookAgain($now - UnknownSources::SECONDS);
        $taken = 0;
        foreach (($this->reconcile)()->look($orders, $now) as $decision) {
            $taken += $decision['move'] === 'accept' ? 1 : 0;
        }
        wp_safe_redirect(add_query_arg(['counted' => $taken], SettingsPage::url()) . '#pinrelay-sources');
        exit;
    }
}
