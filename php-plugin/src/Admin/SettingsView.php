<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsForm;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Status\Report;

/**
 * Draws the settings page with WordPress' own form styles. Every value is escaped where it is printed; the token is
 * never printed, whoever set it.
 */
final class SettingsView
{
    /**
     * @param array<string, mixed>  $values   as stored, or as just entered
     * @param ?SettingsForm         $refused  the submitted form when it was not saved
     * @param array<string, string> $gateways title by id
     * @param ?array{asked: bool, accepted: bool, words: string, detail: string} $answer to the test event after a save
     */
    public function __construct(
        private readonly Report $report,
        private readonly Constants $constants,
        private readonly array $values,
        private readonly ?SettingsForm $refused,
        private readonly bool $hasToken,
        private readonly array $gateways,
        private readonly ?array $answer,
    ) {
    }

    /** @param string $nonceField HTML of wp_nonce_field() */
    public function print(string $nonceField, int $now): void
    {
        echo '<div class="wrap"><h1>', esc_html__('Pinrelay: Pinterest conversions', 'pinrelay'), '</h1>';
        $this->outcome();
        echo '<form method="post" action="', esc_url(SettingsPage::url()), '" autocomplete="off">', $nonceField;

        echo '<h2>', esc_html__('Connection', 'pinrelay'), '</h2><table class="form-table" role="presentation">';
        $this->checkbox('enabled', 'ENABLED', __('Pinrelay', 'pinrelay'), __('Tell Pinterest about sales', 'pinrelay'));
        $this->text(
            'tag_id',
            'TAG_ID',
            __('Tag ID', 'pinrelay'),
            __('The number of your Pinterest tag. It makes the shopper\'s browser report sales.', 'pinrelay'),
        );
        $this->text(
            'ad_account_id',
            'AD_ACCOUNT_ID',
            __('Ad account ID', 'pinrelay'),
            __('The number of your Pinterest ad account. Your server reports sales to it.', 'pinrelay'),
        );
        $this->token();
        $this->checkbox(
            'test_mode',
            'TEST_MODE',
            __('Test mode', 'pinrelay'),
            __('Send events from the server to Pinterest\'s test view only', 'pinrelay'),
            __(
                'Pinterest checks test events and shows them in Ads Manager under Conversions > Test events, but does '
                    . 'not count them. Leave this off in a shop that sells.',
                'pinrelay',
            ),
        );
        echo '</table>';

        echo '<h2>', esc_html__('What counts', 'pinrelay'), '</h2><table class="form-table" role="presentation">';
        $this->choice('value', __('Value of an order', 'pinrelay'), [
            'items' => __('Products, without tax', 'pinrelay'),
            'items_tax' => __('Products, with tax', 'pinrelay'),
            'total' => __('All that the customer pays', 'pinrelay'),
        ], __(
            'Products count after discounts and without shipping. Pinterest prefers the value without tax.',
            'pinrelay',
        ));
        $this->choice('item_id', __('Product IDs', 'pinrelay'), [
            'id' => __('WooCommerce\'s product ID', 'pinrelay'),
            'sku' => __('The SKU, or the product ID where a product has none', 'pinrelay'),
            'filter' => __('Decided by custom code (filter pinrelay_item_id)', 'pinrelay'),
        ], __('Choose the same ID that your product catalog on Pinterest uses.', 'pinrelay'));
        $this->gatewayRows();
        echo '</table>';

        submit_button(__('Save and test the connection', 'pinrelay'));
        echo '</form>';
        (new StatusView($this->report))->print($now);
        echo '</div>';
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
                    esc_attr(self::id($field)),
                    esc_html($this->label($field)),
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

    private function label(string $field): string
    {
        return match (true) {
            $field === 'tag_id' => __('Tag ID', 'pinrelay'),
            $field === 'ad_account_id' => __('Ad account ID', 'pinrelay'),
            $field === 'access_token' => __('Access token', 'pinrelay'),
            $field === 'value' => __('Value of an order', 'pinrelay'),
            $field === 'item_id' => __('Product IDs', 'pinrelay'),
            default => __('When an order counts', 'pinrelay'),
        };
    }

    private function checkbox(string $field, string $constant, string $label, string $words, string $help = ''): void
    {
        $isFixed = $this->constants->has($constant);
        $isOn = $isFixed ? $this->constants->flag($constant) : !empty($this->values[$field]);
        $this->row($field, $label, function () use ($field, $constant, $words, $help, $isFixed, $isOn): void {
            printf(
                '<label><input type="checkbox" id="%1$s" name="%2$s" value="1"%3$s%4$s%5$s> %6$s</label>',
                esc_attr(self::id($field)),
                esc_attr($field),
                checked($isOn, true, false),
                disabled($isFixed, true, false),
                $this->described($field, $help, $isFixed),
                esc_html($words),
            );
            $this->help($field, $help, $isFixed ? $constant : '');
        }, false);
    }

    private function text(string $field, string $constant, string $label, string $help): void
    {
        $isFixed = $this->constants->has($constant);
        $value = $isFixed ? $this->constants->text($constant) : ($this->values[$field] ?? '');
        $this->row($field, $label, function () use ($field, $constant, $help, $isFixed, $value): void {
            printf(
                '<input type="text" inputmode="numeric" class="regular-text code" id="%s" name="%s" value="%s"%s%s>',
                esc_attr(self::id($field)),
                esc_attr($field),
                esc_attr(is_string($value) ? $value : ''),
                $isFixed ? ' readonly' : '',
                $this->described($field, $help, $isFixed),
            );
            $this->help($field, $help, $isFixed ? $constant : '');
        });
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
        $this->row($field, $this->label($field), function () use ($field, $isFixed, $help): void {
            printf(
                '<input type="password" class="regular-text code" id="%s" name="%s" value=""'
                    . ' autocomplete="new-password" spellcheck="false" placeholder="%s"%s%s>',
                esc_attr(self::id($field)),
                esc_attr($field),
                esc_attr(match (true) {
                    !$this->hasToken => '',
                    $isFixed => __('A token is set', 'pinrelay'),
                    default => __('A token is saved', 'pinrelay'),
                }),
                disabled($isFixed, true, false),
                $this->described($field, $help, $isFixed),
            );
            $this->help($field, $help, $isFixed ? 'ACCESS_TOKEN' : '');
            if ($this->hasToken && !$isFixed) {
                printf(
                    '<p><label><input type="checkbox" name="access_token_clear" value="1"> %s</label></p>',
                    esc_html__('Delete the saved token', 'pinrelay'),
                );
            }
        });
    }

    /** @param array<string, string> $options */
    private function choice(string $field, string $label, array $options, string $help): void
    {
        $defaults = ['value' => 'items', 'item_id' => 'id'];
        $chosen = $this->values[$field] ?? $defaults[$field];
        $this->row($field, $label, function () use ($field, $options, $help, $chosen): void {
            $this->select($field, $options, $chosen, $this->described($field, $help));
            $this->help($field, $help, '');
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
        $this->row('gateways', $this->label('gateways'), function () use ($options, $entered, $defaults, $help): void {
            if ($this->gateways === []) {
                echo '<p>', esc_html__('Your shop has no payment method switched on.', 'pinrelay'), '</p>';
                return;
            }
            echo '<fieldset><legend class="screen-reader-text">', esc_html($this->label('gateways')), '</legend>';
            foreach ($this->gateways as $id => $title) {
                $field = "gateways[{$id}]";
                $chosen = $entered[$id] ?? $defaults->countsWhen($id);
                printf('<p><label for="%s">%s</label> ', esc_attr(self::id($field)), esc_html(sprintf(
                    /* translators: %s: a payment method, e.g. "Cash on delivery" */
                    __('%s: an order counts', 'pinrelay'),
                    $title,
                )));
                $described = $this->described($field, '') ?: ' aria-describedby="pinrelay-gateways-help"';
                $this->select($field, $options, $chosen, $described);
                echo '</p>';
                $this->help($field, '', '');
            }
            echo '</fieldset>';
            $this->help('gateways', $help, '');
        }, false);
    }

    /** @param array<string, string> $options */
    private function select(string $field, array $options, mixed $chosen, string $attributes): void
    {
        printf('<select name="%s" id="%s"%s>', esc_attr($field), esc_attr(self::id($field)), $attributes);
        foreach ($options as $value => $words) {
            printf(
                '<option value="%s"%s>%s</option>',
                esc_attr($value),
                $chosen === $value ? ' selected' : '',
                esc_html($words),
            );
        }
        echo '</select>';
    }

    private function row(string $field, string $label, \Closure $body, bool $isLabelled = true): void
    {
        echo '<tr><th scope="row">';
        $isLabelled
            ? printf('<label for="%s">%s</label>', esc_attr(self::id($field)), esc_html($label))
            : print(esc_html($label));
        echo '</th><td>';
        $body();
        echo '</td></tr>';
    }

    /** What stands under a field: its help, what fixes it, and what is wrong with it. */
    private function help(string $field, string $help, string $constant): void
    {
        $id = self::id($field);
        if ($help !== '') {
            printf('<p class="description" id="%s-help">%s</p>', esc_attr($id), esc_html($help));
        }
        if ($constant !== '') {
            printf('<p class="description" id="%s-fixed">%s</p>', esc_attr($id), esc_html(sprintf(
                /* translators: %s: the name of a PHP constant */
                __('Set by %s in wp-config.php, and changed only there.', 'pinrelay'),
                'PINRELAY_' . $constant,
            )));
        }
        $fault = $this->fault($field, $constant);
        if ($fault !== null) {
            printf(
                '<div class="notice notice-error inline" id="%s-fault"><p>%s</p></div>',
                esc_attr($id),
                esc_html($fault),
            );
        }
    }

    /** @return string aria attributes that tie a field to the words under it */
    private function described(string $field, string $help, bool $isFixed = false): string
    {
        $id = self::id($field);
        $fault = $this->fault($field, $isFixed ? strtoupper($field) : '');
        $ids = array_keys(array_filter([
            $id . '-fault' => $fault !== null,
            $id . '-help' => $help !== '',
            $id . '-fixed' => $isFixed,
        ]));
        return ($ids === [] ? '' : sprintf(' aria-describedby="%s"', esc_attr(implode(' ', $ids))))
            . ($fault === null ? '' : ' aria-invalid="true"');
    }

    private function fault(string $field, string $constant): ?string
    {
        return $constant === ''
            ? $this->refused?->faults[$field] ?? null
            : SettingsStore::constantFaults($this->constants)[$constant] ?? null;
    }

    private static function id(string $field): string
    {
        return 'pinrelay-' . trim((string) preg_replace('/[^a-zA-Z0-9_]+/', '-', $field), '-');
    }
}
