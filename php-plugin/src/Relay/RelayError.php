<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

/** Why nothing can be handed over right now. A plain value that survives in an option. */
final class RelayError
{
    /** The spool folder would be readable over the web. */
    public const SERVED = 'served';
    /** Nobody has looked yet whether it would be. The next tick does. */
    public const UNPROBED = 'unprobed';
    /** This process does not know where the web server's spool is, or must not create it. */
    public const NO_PLACE = 'no_place';
    /** The extension refused its options. */
    public const CONFIG = 'config';
    /** The extension failed in a way it should not. */
    public const BROKEN = 'broken';

    /**
     * @param string $reason  one of the above, or SpoolException::reason(): full, readonly, foreign_owner,
     *                        foreign_site, unsafe, later_version, disabled, io
     * @param string $message in technical words, without personal data
     */
    public function __construct(
        public readonly string $reason,
        public readonly string $message,
    ) {
    }

    public static function of(\Throwable $thrown): self
    {
        return match (true) {
            $thrown instanceof \Pinrelay\SpoolException => new self($thrown->reason(), $thrown->getMessage()),
            $thrown instanceof \Pinrelay\ConfigException => new self(self::CONFIG, $thrown->getMessage()),
            default => new self(self::BROKEN, $thrown::class),
        };
    }

    /** Whether it passes by itself within a minute or two, so that the owner need not hear of it. */
    public function isPassing(): bool
    {
        return in_array($this->reason, [self::UNPROBED, self::NO_PLACE], true);
    }
}
