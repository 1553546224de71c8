<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Site;

/**
 * Decides whether this site is the shop or a copy of it. A staging copy has the shop's token and its orders, so until
 * the owner has said what it is, a site whose address or environment changed reports nothing. Pure.
 */
final class CopyGuard
{
    public const SHOP = 'shop';
    /** Changed since the owner last confirmed it: report nothing and ask. */
    public const UNDECIDED = 'undecided';
    /** The owner said that this is a copy: report nothing and do not ask. */
    public const COPY = 'copy';

    /**
     * @param array<string, mixed> $state       home_hash and environment as last confirmed; copy: [home hash,
     *                                          environment] that the owner called a copy
     * @param string               $homeHash    of this site now
     * @param string               $environment wp_get_environment_type()
     * @return self::SHOP|self::UNDECIDED|self::COPY
     */
    public static function decide(array $state, string $homeHash, string $environment): string
    {
        $copy = $state['copy'] ?? [];
        if ($copy === [$homeHash, $environment]) {
            return self::COPY;
        }
        if (($copy[0] ?? '') === $homeHash) {
            // A copy that became something else, perhaps the shop that it was made to be.
            return self::UNDECIDED;
        }
        $confirmed = (string) ($state['home_hash'] ?? '');
        $sameHome = $confirmed === '' || hash_equals($confirmed, $homeHash);
        $sameEnvironment = $environment === 'production' || ($state['environment'] ?? '') === $environment;

        return $sameHome && $sameEnvironment ? self::SHOP : self::UNDECIDED;
    }

    /**
     * What to remember after the owner's answer.
     *
     * @return array{home_hash?: string, environment?: string, copy: array{}|array{string, string}}
     */
    public static function answer(bool $isShop, string $homeHash, string $environment): array
    {
        return $isShop
            ? ['home_hash' => $homeHash, 'environment' => $environment, 'copy' => []]
            : ['copy' => [$homeHash, $environment]];
    }
}
