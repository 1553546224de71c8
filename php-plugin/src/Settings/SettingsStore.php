<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

use Pinrelay\WooCommerce\Mapping\UsState;

/**
 * Keeps the settings (option pinrelay_settings) and makes the value in effect: stored values under wp-config.php's
 * constants, each well-formed or left out. It must not know forms, hooks or the extension.
 */
final class SettingsStore
{
    public const OPTION = 'pinrelay_settings';

    /** The rule for each constant that holds text. */
    private const RULES = [
        'TAG_ID' => 'tag_id',
        'AD_ACCOUNT_ID' => 'ad_account_id',
        'ACCESS_TOKEN' => 'access_token',
        'API_BASE' => 'url',
        'TAG_SCRIPT_URL' => 'url',
        'SPOOL_DIR' => 'directory',
    ];

    /**
     * @param bool $held    whether reporting is paused on this site (CopyGuard)
     * @param bool $apiHeld whether another plugin's server half is in the way (OfficialPlugin)
     * @param ?Settings $inEffect as they were made before, until somebody changes them
     */
    public function __construct(
        private readonly Constants $constants,
        private readonly bool $held = false,
        private readonly bool $apiHeld = false,
        private ?Settings $inEffect = null,
    ) {
    }

    /** @return array<string, mixed> */
    public function stored(): array
    {
        $stored = get_option(self::OPTION, []);
        return is_array($stored) ? $stored : [];
    }

    public function settings(): Settings
    {
        return $this->inEffect ??= self::make(
            $this->stored(),
            $this->constants,
            $this->held,
            $this->apiHeld,
        );
    }

    /** @param array<string, mixed> $values from a well-formed SettingsForm */
    public function save(#[\SensitiveParameter] array $values): void
    {
        update_option(self::OPTION, $values, true);
        $this->inEffect = null;
    }

    /** Makes them anew when next asked: somebody may have changed them past this class. */
    public function forget(): void
    {
        $this->inEffect = null;
    }

    /** Whether the token in effect is one that the database holds. */
    public function tokenIsStored(): bool
    {
        return !$this->constants->has('ACCESS_TOKEN');
    }

    public function constants(): Constants
    {
        return $this->constants;
    }

    /**
     * Constants that are set but not well-formed, and so not used.
     *
     * @return array<string, string> message by constant name without the prefix
     */
    public static function constantFaults(Constants $constants): array
    {
        $faults = [];
        foreach (self::RULES as $name => $rule) {
            $text = $constants->text($name);
            if ($constants->has($name) && $text !== '' && !Rules::allows($rule, $text)) {
                $faults[$name] = Rules::words($rule);
            }
        }
        return $faults;
    }

    /**
     * Whoever wrote the option, by hand or by an import, may have said California.
     *
     * @param array<mixed> $entries
     * @return list<string>
     */
    private static function states(array $entries): array
    {
        return array_values(array_filter(
            array_map(static fn (mixed $entry): string => UsState::code($entry), $entries),
            static fn (string $state): bool => Rules::allows('ldp_states', $state),
        ));
    }

    /** @param array<string, mixed> $stored */
    public static function make(
        #[\SensitiveParameter] array $stored,
        Constants $constants,
        bool $held = false,
        bool $apiHeld = false,
    ): Settings {
        $plain = new Settings();
        $flag = static fn (string $field, string $constant): bool => $constants->has($constant)
            ? $constants->flag($constant)
            : !empty($stored[$field]);
        $text = static function (string $constant, string $field = '') use ($stored, $constants): string {
            $value = $constants->has($constant) ? $constants->text($constant) : ($stored[$field] ?? '');
            return Rules::allows(self::RULES[$constant], $value) ? $value : '';
        };
        $choice = static fn (string $field, string $default): string =>
            Rules::allows($field, $stored[$field] ?? null) ? $stored[$field] : $default;
        $list = static fn (string $field): array => is_array($stored[$field] ?? null) ? $stored[$field] : [];
        $sources = array_values(array_filter($list('order_sources'), 'is_string'));
        $allowed = static fn (string $field): array => array_values(array_filter(
            $list($field),
            static fn (mixed $entry): bool => Rules::allows($field, $entry),
        ));

        return new Settings(
            enabled: $flag('enabled', 'ENABLED'),
            tagId: $text('TAG_ID', 'tag_id'),
            adAccountId: $text('AD_ACCOUNT_ID', 'ad_account_id'),
            accessToken: $text('ACCESS_TOKEN', 'access_token'),
            testMode: $flag('test_mode', 'TEST_MODE'),
            events: array_filter($list('events'), 'is_array') + $plain->events,
            value: $choice('value', $plain->value),
            itemId: $choice('item_id', $plain->itemId),
            gateways: array_filter(
                $list('gateways'),
                static fn (mixed $when): bool => Rules::allows('gateway', $when),
            ) + $plain->gateways,
            statuses: array_filter(
                $list('statuses'),
                static fn (mixed $meaning): bool => Rules::allows('status', $meaning),
            ) + $plain->statuses,
            waitMinutes: (int) $choice('wait_minutes', (string) $plain->waitMinutes),
            orderSources: array_values(array_unique([...$plain->orderSources, ...$sources])),
            consent: $choice('consent', $plain->consent),
            consentDefault: $choice('consent_default', $plain->consentDefault),
            ldpStates: self::states($list('ldp_states')),
            trustedHeaders: $allowed('trusted_headers'),
            gtm: !empty($stored['gtm']),
            staffShops: !empty($stored['staff_shops']),
            tagScriptUrl: $text('TAG_SCRIPT_URL') ?: $plain->tagScriptUrl,
            apiBase: rtrim($text('API_BASE') ?: $plain->apiBase, '/'),
            spoolDir: $text('SPOOL_DIR'),
            held: $held,
            apiHeld: $apiHeld,
        );
    }
}
