<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * Reads a submitted settings form: what to store when every field is well-formed, or one message per faulty field.
 * Pure; it must not know where the form came from nor where values are stored.
 */
final class SettingsForm
{
    /**
     * @param array<string, mixed>  $values what to store; complete only when there are no faults
     * @param array<string, string> $faults message by field name, "gateways[cod]" for one of several
     */
    private function __construct(
        #[\SensitiveParameter]
        public readonly array $values,
        public readonly array $faults,
        public readonly bool $tokenEntered,
    ) {
    }

    /**
     * @param array<string, mixed> $input     as submitted, unslashed: enabled, tag_id, ad_account_id, access_token,
     *                                        access_token_clear, test_mode, value, item_id, gateways[id]
     * @param array<string, mixed> $stored    what is stored now; fields fixed by a constant keep their stored value
     * @param Constants            $constants these fields are not read from the form
     */
    public static function read(#[\SensitiveParameter] array $input, array $stored, Constants $constants): self
    {
        $values = $stored;
        $faults = [];
        $token = self::text($input, 'access_token');

        foreach (['enabled' => 'ENABLED', 'test_mode' => 'TEST_MODE'] as $field => $constant) {
            if (!$constants->has($constant)) {
                $values[$field] = !empty($input[$field]);
            }
        }

        $ids = [
            'tag_id' => ['TAG_ID', Rules::tagId(...)],
            'ad_account_id' => ['AD_ACCOUNT_ID', Rules::adAccountId(...)],
        ];
        foreach ($ids as $field => [$constant, $rule]) {
            if ($constants->has($constant)) {
                continue;
            }
            $values[$field] = self::text($input, $field);
            $fault = $values[$field] === '' ? null : $rule($values[$field]);
            if ($fault !== null) {
                $faults[$field] = $fault;
            }
        }

        if (!$constants->has('ACCESS_TOKEN')) {
            if ($token !== '') {
                $fault = Rules::accessToken($token);
                if ($fault !== null) {
                    $faults['access_token'] = $fault;
                }
                $values['access_token'] = $token;
            } elseif (!empty($input['access_token_clear'])) {
                $values['access_token'] = '';
            }
        }

        foreach (['value' => Rules::value(...), 'item_id' => Rules::itemId(...)] as $field => $rule) {
            $values[$field] = self::text($input, $field);
            $fault = $rule($values[$field]);
            if ($fault !== null) {
                $faults[$field] = $fault;
            }
        }

        $gateways = is_array($input['gateways'] ?? null) ? $input['gateways'] : [];
        $kept = is_array($stored['gateways'] ?? null) ? $stored['gateways'] : [];
        foreach ($gateways as $id => $policy) {
            $policy = is_string($policy) ? $policy : '';
            $fault = Rules::gateway($policy);
            if ($fault !== null) {
                $faults["gateways[{$id}]"] = $fault;
            }
            $kept[(string) $id] = $policy;
        }
        $values['gateways'] = $kept;

        return new self($values, $faults, $token !== '');
    }

    public function isWellFormed(): bool
    {
        return $this->faults === [];
    }

    /** What may be shown again in the form: everything but the token. @return array<string, mixed> */
    public function shown(): array
    {
        return array_diff_key($this->values, ['access_token' => true]);
    }

    /** @param array<string, mixed> $input */
    private static function text(array $input, string $field): string
    {
        return is_string($input[$field] ?? null) ? trim($input[$field]) : '';
    }
}
