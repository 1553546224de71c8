<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * Reads a submitted settings form: what to store when every field is well-formed, or one message per faulty field.
 * Pure; it must not know where the form came from nor where values are stored.
 */
final class SettingsForm
{
    /** Fields by the constant that may fix them. */
    private const SWITCHES = ['enabled' => 'ENABLED', 'test_mode' => 'TEST_MODE'];
    /** Empty is allowed here and means "none". */
    private const IDS = ['tag_id' => 'TAG_ID', 'ad_account_id' => 'AD_ACCOUNT_ID'];
    private const CHOICES = ['value', 'item_id', 'consent', 'consent_default'];
    /** One text each, its entries separated by commas or spaces; empty means none. */
    private const LISTS = ['ldp_states', 'trusted_headers'];

    /** @var array<string, mixed> what to store; fit to be stored only when there are no faults */
    public readonly array $values;
    /** @var array<string, string> message by field name, "gateways[cod]" for one of them */
    public readonly array $faults;
    public readonly bool $hasNewToken;

    /**
     * @param array<string, mixed> $input     as submitted, unslashed: enabled, tag_id, ad_account_id, access_token,
     *                                        access_token_clear, test_mode, value, item_id, gateways[id],
     *                                        statuses[status], wait_minutes, order_sources[], consent, consent_default,
     *                                        ldp_states, trusted_headers, gtm, staff_shops, events[name][tag or api]
     * @param array<string, mixed> $stored    what is stored now: kept where the form does not say otherwise
     * @param Constants            $constants the fields they fix are not read from the form
     */
    public function __construct(#[\SensitiveParameter] array $input, array $stored, Constants $constants)
    {
        $text = static fn (string $field): string => is_string($input[$field] ?? null) ? trim($input[$field]) : '';
        $values = $stored;
        $faulty = [];

        foreach (self::SWITCHES as $field => $constant) {
            if (!$constants->has($constant)) {
                $values[$field] = !empty($input[$field]);
            }
        }
        foreach (self::IDS as $field => $constant) {
            if (!$constants->has($constant)) {
                $values[$field] = $text($field);
                $faulty[$field] = $values[$field] === '' ? null : $field;
            }
        }
        // Nothing entered means "keep the saved one", since the page never shows it.
        $token = $constants->has('ACCESS_TOKEN') ? '' : $text('access_token');
        if ($token !== '') {
            $values['access_token'] = $token;
            $faulty['access_token'] = 'access_token';
        } elseif (!empty($input['access_token_clear'])) {
            $values['access_token'] = '';
        }
        foreach (self::CHOICES as $field) {
            $values[$field] = $text($field);
            $faulty[$field] = $field;
        }

        $values['gtm'] = !empty($input['gtm']);
        $values['staff_shops'] = !empty($input['staff_shops']);
        if (is_array($input['events'] ?? null)) {
            $values['events'] = self::events($input['events']);
        }

        $faults = [];
        foreach (array_filter($faulty) as $field => $rule) {
            if (!Rules::allows($rule, $values[$field])) {
                $faults[$field] = Rules::words($rule);
            }
        }
        $gateways = is_array($stored['gateways'] ?? null) ? $stored['gateways'] : [];
        foreach (is_array($input['gateways'] ?? null) ? $input['gateways'] : [] as $id => $when) {
            $gateways[$id] = $when;
            if (!Rules::allows('gateway', $when)) {
                $faults["gateways[{$id}]"] = Rules::words('gateway');
            }
        }
        $statuses = is_array($stored['statuses'] ?? null) ? $stored['statuses'] : [];
        foreach (is_array($input['statuses'] ?? null) ? $input['statuses'] : [] as $status => $meaning) {
            $statuses[$status] = $meaning;
            if (!Rules::allows('status', $meaning)) {
                $faults["statuses[{$status}]"] = Rules::words('status');
            }
        }
        // The page asks for it only where a plugin has a status of its own.
        if (isset($input['wait_minutes'])) {
            $values['wait_minutes'] = $text('wait_minutes');
            if (!Rules::allows('wait_minutes', $values['wait_minutes'])) {
                $faults['wait_minutes'] = Rules::words('wait_minutes');
            }
        }

        $lists = [];
        foreach (self::LISTS as $field) {
            $lists[$field] = self::entries($field, $text($field));
        }
        $sources = is_array($input['order_sources'] ?? null) ? $input['order_sources'] : [];
        $lists['order_sources'] = array_values(array_filter($sources, 'is_string'));
        foreach ($lists as $field => $entries) {
            $wrong = array_filter($entries, static fn (string $entry): bool => !Rules::allows($field, $entry));
            if ($wrong !== []) {
                $faults[$field] = Rules::words($field) . ' ' . sprintf(
                    /* translators: %s: what was entered and is not understood */
                    __('Not understood: %s', 'pinrelay'),
                    implode(', ', $wrong),
                );
            }
        }

        $this->values = ['gateways' => $gateways, 'statuses' => $statuses] + $lists + $values;
        $this->faults = $faults;
        $this->hasNewToken = $token !== '';
    }

    /**
     * @param array<mixed> $ticked
     * @return array<string, array{tag: bool, api: bool}> every event of the plugin and no other
     */
    private static function events(array $ticked): array
    {
        $events = [];
        foreach (EventNames::ALL as $name) {
            $halves = is_array($ticked[$name] ?? null) ? $ticked[$name] : [];
            $events[$name] = ['tag' => !empty($halves['tag']), 'api' => !empty($halves['api'])];
        }
        return $events;
    }

    /** @return list<string> */
    private static function entries(string $field, string $text): array
    {
        $entries = preg_split('/[\s,;]+/', $text, -1, PREG_SPLIT_NO_EMPTY) ?: [];
        return array_values(array_unique(
            $field === 'ldp_states' ? array_map(
                static fn (string $entry): string => strtoupper((string) preg_replace('/^us[-_]/i', '', $entry)),
                $entries,
            ) : $entries,
        ));
    }

    public function isWellFormed(): bool
    {
        return $this->faults === [];
    }

    /** What may be shown in the form again: everything but the token. @return array<string, mixed> */
    public function shown(): array
    {
        return array_diff_key($this->values, ['access_token' => true]);
    }
}
