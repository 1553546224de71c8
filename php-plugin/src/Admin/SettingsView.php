<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Orders\OrderSource;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsForm;
use Pinrelay\WooCommerce\Status\Report;

/**
 * Draws the settings page: which fields there are and what they are called, in FormTable's rows. The token is never
 * printed, whoever set it.
 */
final class SettingsView
{
    private readonly FormTable $table;

    /**
     * @param array<string, mixed>  $values   as stored, or as just entered
     * @param ?SettingsForm         $refused  the submitted form when it was not saved
     * @param array<string, string> $gateways title by id
     * @param array<string, string> $statuses of other plugins, as StatusFields::custom() gives them
     * @param ?array{asked: bool, accepted: bool, words: string, detail: string} $answer to the test event after a save
     */
    public function __construct(
        private readonly Report $report,
        private readonly Constants $constants,
        private readonly array $values,
        private readonly ?SettingsForm $refused,
        private readonly bool $hasToken,
        private readonly array $gateways,
        private readonly array $statuses,
        private readonly ?array $answer,
    ) {
        $this->table = new FormTable($constants, $values, $refused, self::labels());
    }

    /** @param string $nonceField HTML of wp_nonce_field() */
    public function print(string $nonceField, int $now): void
    {
        echo '<h1>', esc_html__('Pinrelay: Pinterest conversions', 'pinrelay'), '</h1>';
        $this->outcome();
        echo '<form method="post" action="', esc_url(SettingsPage::url()), '" autocomplete="off">', $nonceField;
        $this->connection();
        $this->whatCounts();
        (new PrivacyFields($this->table))->print(($this->values['consent'] ?? '') === Consent::WP_CONSENT_API);
        submit_button(__('Save and test the connection', 'pinrelay'));
        echo '</form>';
        (new StatusView($this->report))->print($now);
    }

    /** @return array<string, string> by field */
    private static function labels(): array
    {
        return [
            'enabled' => __('Pinrelay', 'pinrelay'),
            'tag_id' => __('Tag ID', 'pinrelay'),
            'ad_account_id' => __('Ad account ID', 'pinrelay'),
            'access_token' => __('Access token', 'pinrelay'),
            'test_mode' => __('Test mode', 'pinrelay'),
            'value' => __('Value of an order', 'pinrelay'),
            'item_id' => __('Product IDs', 'pinrelay'),
            'gateways' => __('When an order counts', 'pinrelay'),
            'statuses' => __('Order statuses of other plugins', 'pinrelay'),
            'wait_minutes' => __('How long to wait', 'pinrelay'),
            'events' => __('Events', 'pinrelay'),
            'order_sources' => __('Other orders that count', 'pinrelay'),
            'consent' => __('Consent of your visitors', 'pinrelay'),
            'consent_default' => __('Orders without an answer', 'pinrelay'),
            'ldp_states' => __('US states with limited data use', 'pinrelay'),
            'trusted_headers' => __('Headers with the visitor\'s address', 'pinrelay'),
            'staff_shops' => __('You and your staff', 'pinrelay'),
            'gtm' => __('Google Tag Manager', 'pinrelay'),
        ];
    }

    private function connection(): void
    {
        $this->table->open(__('Connection', 'pinrelay'));
        $this->table->checkbox('enabled', 'ENABLED', __('Report sales to Pinterest', 'pinrelay'));
        $this->table->digits(
            'tag_id',
            'TAG_ID',
            __('The number of your Pinterest tag. It makes the visitor\'s browser report sales.', 'pinrelay'),
        );
        $this->table->digits(
            'ad_account_id',
            'AD_ACCOUNT_ID',
            __('The number of your Pinterest ad account. Your server reports sales to it.', 'pinrelay'),
        );
        $this->token();
        $this->table->checkbox(
            'test_mode',
            'TEST_MODE',
            __('Send events from the server to Pinterest\'s test view only', 'pinrelay'),
            __(
                'Pinterest checks test events and shows them in Ads Manager under Conversions > Test events, but does '
                    . 'not count them. Leave this off in a shop that sells.',
                'pinrelay',
            ),
        );
        $this->table->close();
    }

    private function whatCounts(): void
    {
        $this->table->open(__('What counts', 'pinrelay'));
        $this->table->choice('value', [
            'items' => __('Products, without tax', 'pinrelay'),
            'items_tax' => __('Products, with tax', 'pinrelay'),
            'total' => __('All that the customer pays', 'pinrelay'),
        ], __(
            'Products count after discounts and without shipping. Pinterest prefers the value without tax.',
            'pinrelay',
        ));
        $this->table->choice('item_id', [
            'id' => __('WooCommerce\'s product ID', 'pinrelay'),
            'sku' => __('The SKU, or the product ID where a product has none', 'pinrelay'),
            'gla' => __('As in Google for WooCommerce: gla_123', 'pinrelay'),
            'gpf' => __('As in Google Product Feed: woocommerce_gpf_123', 'pinrelay'),
            'facebook' => __('As in Facebook for WooCommerce: SKU_123 or wc_post_id_123', 'pinrelay'),
            'filter' => __('Decided by custom code (filter pinrelay_item_id)', 'pinrelay'),
        ], __('Choose the same ID that your product catalog on Pinterest uses.', 'pinrelay'));
        $this->gatewayRows();
        StatusFields::print($this->table, $this->statuses, $this->values);
        $this->table->ticks('order_sources', [
            'subscription' => __('Renewals of subscriptions, also those that a customer pays himself', 'pinrelay'),
            'admin' => __('Orders that you enter by hand', 'pinrelay'),
            'pos' => __('Sales at a point of sale', 'pinrelay'),
            'rest-api' => __('Orders that another program enters', 'pinrelay'),
            'other' => __('Imported orders, and orders of marketplaces', 'pinrelay'),
        ] + $this->namedSources(), __(
            'Orders from your shop\'s checkout always count, and so does any order that a customer pays by a link or '
                . 'by an express button in your shop. The orders chosen here are reported as offline sales.',
            'pinrelay',
        ));
        EventTable::print($this->table, $this->values);
        $this->table->close();
    }

    /** @return array<string, string> words by value, of the sources that the owner counts by their own names */
    private function namedSources(): array
    {
        $words = [];
        foreach ((array) ($this->values['order_sources'] ?? []) as $source) {
            if (is_string($source) && str_starts_with($source, OrderSource::NAMED)) {
                $words[$source] = sprintf(
                    /* translators: %s: the name by which a plugin signs its orders */
                    __('Orders of the source %s', 'pinrelay'),
                    UnknownSourcesPanel::name(substr($source, strlen(OrderSource::NAMED))),
                );
            }
        }
        return $words;
    }

    private function outcome(): void
    {
        if ($this->refused !== null) {
            echo '<div class="notice notice-error" role="alert"><p><strong>',
                esc_html__('Nothing was saved. Please correct these fields:', 'pinrelay'),
                '</strong></p><ul class="ul-disc">';
            foreach ($this->refused->faults as $field => $fault) {
                printf(
                    '<li><a href="#%s">%s</a>: %s</li>',
                    esc_attr(FormTable::id($field)),
                    esc_html($this->table->label($field)),
                    esc_html($fault),
                );
            }
            echo '</ul></div>';
        } elseif ($this->answer !== null) {
            $kind = match (true) {
                $this->answer['accepted'] => 'success',
                $this->answer['asked'] => 'error',
                default => 'warning',
            };
            printf(
                '<div class="notice notice-%s is-dismissible" role="status"><p><strong>%s</strong> %s</p>%s</div>',
                esc_attr($kind),
                esc_html__('Settings saved.', 'pinrelay'),
                esc_html($this->answer['words']),
                $this->answer['detail'] === '' ? '' : sprintf(
                    '<p>%s <q>%s</q></p>',
                    esc_html__('Pinterest says:', 'pinrelay'),
                    esc_html($this->answer['detail']),
                ),
            );
        }
    }

    private function token(): void
    {
        $isFixed = $this->constants->has('ACCESS_TOKEN');
        $field = 'access_token';
        $help = match (true) {
            $isFixed => '',
            $this->refused?->hasNewToken === true => __(
                'For your safety the token you entered is not shown again. Please enter it once more.',
                'pinrelay',
            ),
            $this->hasToken => __(
                'A token is saved. To keep it, leave this empty; to replace it, enter a new one.',
                'pinrelay',
            ),
            default => __(
                'You make it in Pinterest Ads Manager under Conversions > Conversions API. '
                    . 'Pinterest shows it only once.',
                'pinrelay',
            ),
        };
        $this->table->row($field, function () use ($field, $isFixed, $help): void {
            printf(
                '<input type="password" class="regular-text code" id="%s" name="%s" value=""'
                    . ' autocomplete="new-password" spellcheck="false" placeholder="%s"%s%s>',
                esc_attr(FormTable::id($field)),
                esc_attr($field),
                esc_attr(match (true) {
                    $isFixed => __('A token is set', 'pinrelay'),
                    !$this->hasToken => '',
                    default => __('A token is saved', 'pinrelay'),
                }),
                disabled($isFixed, true, false),
                $this->table->described($field, $help, $isFixed),
            );
            $this->table->help($field, $help, $isFixed ? 'ACCESS_TOKEN' : '');
            // Also one that a constant has made idle: it lies in the database all the same.
            if ($this->hasToken) {
                printf(
                    '<p><label><input type="checkbox" name="access_token_clear" value="1"> %s</label></p>',
                    esc_html__('Delete the saved token', 'pinrelay'),
                );
            }
        });
    }

    private function gatewayRows(): void
    {
        $options = [
            'paid' => __('when it is paid', 'pinrelay'),
            'placed' => __('when it is placed', 'pinrelay'),
        ];
        $entered = is_array($this->values['gateways'] ?? null) ? $this->values['gateways'] : [];
        $defaults = new Settings();
        $help = __(
            'Cash on delivery is paid when you set the order to completed; bank transfers and checks when you confirm '
                . 'the payment.',
            'pinrelay',
        );
        $this->table->row('gateways', function () use ($options, $entered, $defaults, $help): void {
            if ($this->gateways === []) {
                echo '<p>', esc_html__('Your shop has no payment method switched on.', 'pinrelay'), '</p>';
                return;
            }
            echo '<fieldset><legend class="screen-reader-text">', esc_html($this->table->label('gateways')),
                '</legend>';
            foreach ($this->gateways as $id => $title) {
                $field = "gateways[{$id}]";
                $chosen = $entered[$id] ?? $defaults->countsWhen($id);
                printf('<p><label for="%s">%s</label> ', esc_attr(FormTable::id($field)), esc_html(sprintf(
                    /* translators: %s: a payment method, e.g. "Cash on delivery" */
                    __('%s: an order counts', 'pinrelay'),
                    $title,
                )));
                $described = $this->table->described($field, '') ?: ' aria-describedby="pinrelay-gateways-help"';
                $this->table->select($field, $options, $chosen, $described);
                echo '</p>';
                $this->table->help($field, '');
            }
            echo '</fieldset>';
            $this->table->help('gateways', $help);
        }, false);
    }
}
