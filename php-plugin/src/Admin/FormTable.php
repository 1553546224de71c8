<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\SettingsForm;
use Pinrelay\WooCommerce\Settings\SettingsStore;

/**
 * Rows of WordPress' form tables: a field, its help, what fixes it and what is wrong with it, tied together for screen
 * readers. Every value is escaped where it is printed. It must not know what a field means.
 */
final class FormTable
{
    /**
     * @param array<string, mixed>  $values  as stored, or as just entered
     * @param ?SettingsForm         $refused the submitted form when it was not saved
     * @param array<string, string> $labels  by field
     */
    public function __construct(
        private readonly Constants $constants,
        private readonly array $values,
        private readonly ?SettingsForm $refused,
        private readonly array $labels,
    ) {
    }

    public function open(string $title): void
    {
        echo '<h2>', esc_html($title), '</h2><table class="form-table" role="presentation">';
    }

    public function close(): void
    {
        echo '</table>';
    }

    /** @param string $constant that may fix it; '' for none */
    public function checkbox(string $field, string $constant, string $words, string $help = ''): void
    {
        $isFixed = $constant !== '' && $this->constants->has($constant);
        $isOn = $isFixed ? $this->constants->flag($constant) : !empty($this->values[$field]);
        $this->row($field, function () use ($field, $constant, $words, $help, $isFixed, $isOn): void {
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

    /** A number's digits. */
    public function digits(string $field, string $constant, string $help): void
    {
        $isFixed = $this->constants->has($constant);
        $value = $isFixed ? $this->constants->text($constant) : ($this->values[$field] ?? '');
        $this->row($field, function () use ($field, $constant, $help, $isFixed, $value): void {
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

    /** Entries in one line, separated by commas. */
    public function entries(string $field, string $help): void
    {
        $entries = array_filter((array) ($this->values[$field] ?? []), 'is_string');
        $this->row($field, function () use ($field, $help, $entries): void {
            printf(
                '<input type="text" class="regular-text code" id="%s" name="%s" value="%s"%s>',
                esc_attr(self::id($field)),
                esc_attr($field),
                esc_attr(implode(', ', $entries)),
                $this->described($field, $help),
            );
            $this->help($field, $help);
        });
    }

    /** @param array<string, string> $options words by value; the first is the default */
    public function choice(string $field, array $options, string $help): void
    {
        $chosen = $this->values[$field] ?? array_key_first($options);
        $this->row($field, function () use ($field, $options, $help, $chosen): void {
            $this->select($field, $options, $chosen, $this->described($field, $help));
            $this->help($field, $help);
        });
    }

    /** @param array<string, string> $options words by value; any number may be ticked */
    public function ticks(string $field, array $options, string $help): void
    {
        $chosen = (array) ($this->values[$field] ?? []);
        $this->row($field, function () use ($field, $options, $help, $chosen): void {
            printf(
                '<fieldset id="%s"%s><legend class="screen-reader-text">%s</legend>',
                esc_attr(self::id($field)),
                $this->described($field, $help),
                esc_html($this->label($field)),
            );
            foreach ($options as $value => $words) {
                printf(
                    '<label><input type="checkbox" name="%s[]" value="%s"%s> %s</label><br>',
                    esc_attr($field),
                    esc_attr((string) $value),
                    checked(in_array($value, $chosen, true), true, false),
                    esc_html($words),
                );
            }
            echo '</fieldset>';
            $this->help($field, $help);
        }, false);
    }

    /** @param array<string, string> $options */
    public function select(string $field, array $options, mixed $chosen, string $attributes): void
    {
        printf('<select name="%s" id="%s"%s>', esc_attr($field), esc_attr(self::id($field)), $attributes);
        foreach ($options as $value => $words) {
            printf(
                '<option value="%s"%s>%s</option>',
                esc_attr((string) $value),
                $chosen === $value ? ' selected' : '',
                esc_html($words),
            );
        }
        echo '</select>';
    }

    /** @param bool $isLabelled whether the body holds one field with the row's own id */
    public function row(string $field, \Closure $body, bool $isLabelled = true): void
    {
        echo '<tr><th scope="row">';
        $isLabelled
            ? printf('<label for="%s">%s</label>', esc_attr(self::id($field)), esc_html($this->label($field)))
            : print(esc_html($this->label($field)));
        echo '</th><td>';
        $body();
        echo '</td></tr>';
    }

    /** What stands under a field. @param string $constant that fixes it, '' for none */
    public function help(string $field, string $help, string $constant = ''): void
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
    public function described(string $field, string $help, bool $isFixed = false): string
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

    public function label(string $field): string
    {
        return $this->labels[explode('[', $field)[0]] ?? $field;
    }

    public static function id(string $field): string
    {
        return 'pinrelay-' . trim((string) preg_replace('/[^a-zA-Z0-9_]+/', '-', $field), '-');
    }

    private function fault(string $field, string $constant): ?string
    {
        return $constant === ''
            ? $this->refused?->faults[$field] ?? null
            : SettingsStore::constantFaults($this->constants)[$constant] ?? null;
    }
}
