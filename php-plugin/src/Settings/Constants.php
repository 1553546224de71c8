<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/** What wp-config.php says: the PINRELAY_ constants, read once. They win over what is stored. */
final class Constants
{
    public const NAMES = [
        'TAG_ID',
        'AD_ACCOUNT_ID',
        'ACCESS_TOKEN',
        'TEST_MODE',
        'ENABLED',
        'SPOOL_DIR',
        'API_BASE',
        'TAG_SCRIPT_URL',
    ];

    /** @param array<string, mixed> $values by name without the prefix; only those that are defined */
    public function __construct(
        #[\SensitiveParameter]
        private readonly array $values = [],
    ) {
    }

    public static function fromWpConfig(): self
    {
        $values = [];
        foreach (self::NAMES as $name) {
            if (defined('PINRELAY_' . $name)) {
                $values[$name] = constant('PINRELAY_' . $name);
            }
        }
        return new self($values);
    }

    public function has(string $name): bool
    {
        return array_key_exists($name, $this->values);
    }

    /** The value as text: an id written as a number is meant as its digits. */
    public function text(string $name): string
    {
        $value = $this->values[$name] ?? '';
        return is_string($value) || is_int($value) ? trim((string) $value) : '';
    }

    /** The value as a switch: true, 1, 'yes', 'on' and 'true' are on. */
    public function flag(string $name): bool
    {
        return filter_var($this->values[$name] ?? false, FILTER_VALIDATE_BOOLEAN);
    }

    /** Values may hold the token. */
    public function __debugInfo(): array
    {
        return ['defined' => array_keys($this->values)];
    }
}
