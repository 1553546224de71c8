<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

/**
 * What the collecting endpoint must know of the shop: no token, no database, no WordPress. A Relay without a token
 * never leads, so what is collected here is sent by the next process of WordPress.
 *
 * Nothing in it may hang on the host, the language or the visitor of the request that wrote it.
 */
final class Config
{
    /**
     * @param int                  $revision   Revision: rises with every change of the rest
     * @param list<string>         $hosts      Hosts::all()
     * @param string               $scope      Cookie::scope()
     * @param string               $key        PageFacts::key()
     * @param array<string, mixed> $relay      options of Pinrelay\Relay; `spool_dir` is '' where PHP's own settings say
     *                                         it (on()), since web servers that share the file may differ in that
     * @param list<string>         $events     names whose server half is on
     * @param list<string>         $parameters of a page's address that may leave the shop
     * @param string               $rateFile   for Rate; '' as above
     * @param list<string>         $trustedHeaders as in the settings
     * @param string               $consent    as in the settings
     * @param string               $consentPrefix Consent::prefix()
     * @param list<string>         $ldpStates  as in the settings
     */
    public function __construct(
        public readonly int $revision,
        public readonly array $hosts,
        public readonly string $scope,
        #[\SensitiveParameter]
        public readonly string $key,
        public readonly array $relay,
        public readonly array $events,
        public readonly array $parameters,
        public readonly string $rateFile,
        public readonly array $trustedHeaders,
        public readonly string $consent,
        public readonly string $consentPrefix,
        public readonly array $ldpStates,
    ) {
    }

    /** With the spools where this server's PHP says, unless the shop itself has chosen a place. */
    public function on(string $spoolRoot): self
    {
        return ($this->relay['spool_dir'] ?? '') !== '' ? $this : new self(...[
            'relay' => ['spool_dir' => $spoolRoot] + $this->relay,
            'rateFile' => Rate::fileIn($spoolRoot),
        ] + $this->toArray());
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
