<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * Keeps the settings (option pinrelay_settings) and makes the value in effect: stored values under wp-config.php's
 * constants, each well-formed or left out. It must not know forms, hooks or the extension.
 */
final class SettingsStore
{
    public const OPTION = 'pinrelay_settings';

    private ?Settings $inEffect = null;

    /** @param bool $held whether this site holds still (CopyGuard) */
    public function __construct(
        private readonly Constants $constants,
        private readonly bool $held = false,
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
        return $this->inEffect ??= self::make($this->stored(), $this->constants, $this->held);
    }

    /** @param array<string, mixed> $values from a well-formed SettingsForm */
    public function save(#[\SensitiveParameter] array $values): void
    {
        update_option(self::OPTION, $values, true);
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
     * @return array<string, string> message by form field name, or by constant name for those without a field
     */
    public static function constantFaults(Constants $constants): array
    {
        $faults = [];
        foreach (self::constantRules() as $name => [$field, $rule]) {
            $text = $constants->text($name);
            $fault = $constants->has($name) && $text !== '' ? $rule($text) : null;
            if ($fault !== null) {
                $faults[$field] = $fault;
            }
        }
        return $faults;
    }

    /** @param array<string, mixed> $stored */
    public static function make(
        #[\SensitiveParameter] array $stored,
        Constants $constants,
        bool $held = false,
    ): Settings {
        $plain = new Settings();
        $text = static function (string $field, string $constant, \Closure $rule) use ($stored, $constants): string {
            $value = $constants->has($constant) ? $constants->text($constant) : ($stored[$field] ?? '');
            return is_string($value) && $value !== '' && $rule($value) === null ? $value : '';
        };
        $flag = static fn (string $field, string $constant): bool => $constants->has($constant)
            ? $constants->flag($constant)
            : !empty($stored[$field]);
        $choice = static fn (string $field, \Closure $rule, string $default): string =>
            is_string($stored[$field] ?? null) && $rule($stored[$field]) === null ? $stored[$field] : $default;
        $list = static fn (string $field, array $default): array =>
            is_array($stored[$field] ?? null) ? $stored[$field] + $default : $default;

        return new Settings(
            enabled: $flag('enabled', 'ENABLED'),
            tagId: $text('tag_id', 'TAG_ID', Rules::tagId(...)),
            adAccountId: $text('ad_account_id', 'AD_ACCOUNT_ID', Rules::adAccountId(...)),
            accessToken: $text('access_token', 'ACCESS_TOKEN', Rules::accessToken(...)),
            testMode: $flag('test_mode', 'TEST_MODE'),
            events: $list('events', $plain->events),
            value: $choice('value', Rules::value(...), $plain->value),
            itemId: $choice('item_id', Rules::itemId(...), $plain->itemId),
            gateways: array_filter(
                $list('gateways', $plain->gateways),
                static fn (mixed $policy): bool => is_string($policy) && Rules::gateway($policy) === null,
            ),
            orderSources: is_array($stored['order_sources'] ?? null)
                ? array_values(array_filter($stored['order_sources'], 'is_string'))
                : $plain->orderSources,
            tagScriptUrl: $text('', 'TAG_SCRIPT_URL', Rules::url(...)) ?: $plain->tagScriptUrl,
            apiBase: rtrim($text('', 'API_BASE', Rules::url(...)) ?: $plain->apiBase, '/'),
            spoolDir: $text('', 'SPOOL_DIR', Rules::directory(...)),
            held: $held,
        );
    }

    /** @return array<string, array{string, \Closure(string): ?string}> */
    private static function constantRules(): array
    {
        return [
            'TAG_ID' => ['tag_id', Rules::tagId(...)],
            'AD_ACCOUNT_ID' => ['ad_account_id', Rules::adAccountId(...)],
            'ACCESS_TOKEN' => ['access_token', Rules::accessToken(...)],
            'API_BASE' => ['PINRELAY_API_BASE', Rules::url(...)],
            'TAG_SCRIPT_URL' => ['PINRELAY_TAG_SCRIPT_URL', Rules::url(...)],
            'SPOOL_DIR' => ['PINRELAY_SPOOL_DIR', Rules::directory(...)],
        ];
    }
}
