<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

/** Whether this PHP has the extension, and one that this plugin understands. */
final class Extension
{
    public const OK = 'ok';
    public const MISSING = 'missing';
    /** Its API_LEVEL is below the one this plugin was written for. */
    public const OLD = 'old';

    /** What this plugin asks for. A higher level is fine: the extension's face only grows. */
    public const NEEDS_LEVEL = 1;

    public static function state(): string
    {
        return class_exists(\Pinrelay\Relay::class, false)
            ? self::ofLevel(\Pinrelay\Relay::API_LEVEL)
            : self::MISSING;
    }

    public static function ofLevel(int $level): string
    {
        return $level >= self::NEEDS_LEVEL ? self::OK : self::OLD;
    }

    /** Its version, or null without it. */
    public static function version(): ?string
    {
        return self::state() === self::MISSING ? null : \Pinrelay\Relay::VERSION;
    }
}
