<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * What the collecting endpoint must know of the shop: no token, no database, no WordPress. A Relay without a token
 * never leads, so what is collected here is sent by the next process of WordPress.
 */
final class Config
{
    /**
     * @param string               $home       the shop's address, with a slash at its end
     * @param list<string>         $senders    host or host:port of the pages that may hand events in
     * @param string               $key        PageFacts::key()
     * @param array<string, mixed> $relay      options of Pinrelay\Relay
     * @param list<string>         $events     names whose server half is on
     * @param list<string>         $parameters of a page's address that may leave the shop
     * @param string               $language   two letters, or ''
     * @param string               $rateFile   for Rate
     * @param list<string>         $trustedHeaders as in the settings
     * @param string               $consent    as in the settings
     * @param list<string>         $ldpStates  as in the settings
     */
    public function __construct(
        public readonly string $home,
        public readonly array $senders,
        #[\SensitiveParameter]
        public readonly string $key,
        public readonly array $relay,
        public readonly array $events,
        public readonly array $parameters,
        public readonly string $language,
        public readonly string $rateFile,
        public readonly array $trustedHeaders,
        public readonly string $consent,
        public readonly array $ldpStates,
    ) {
    }

    /** @return array<string, mixed> what of() reads */
    public function toArray(): array
    {
        return get_object_vars($this);
    }

    /** @param mixed $stored null when it is not whole: from another version, or not ours */
    public static function of(mixed $stored): ?self
    {
        try {
            return is_array($stored) ? new self(...$stored) : null;
        } catch (\Error) {
            return null;
        }
    }
}
