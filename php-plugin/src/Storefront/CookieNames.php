<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Our cookies' names among those of other shops on the same host. Every part of the plugin knows `pinrelay_vid`; what
 * travels is `pinrelay_3_vid` for a shop whose scope is `3_`. Names that Pinterest or others have given (`_epik`) stay.
 * Pure.
 */
final class CookieNames
{
    private const OURS = 'pinrelay_';

    public static function of(string $name, string $scope): string
    {
        return str_starts_with($name, self::OURS) ? self::OURS . $scope . substr($name, strlen(self::OURS)) : $name;
    }

    /**
     * What a request has brought, by the names that our parts know, and without the cookies of other shops.
     *
     * @param array<mixed> $cookies $_COOKIE
     * @return array<mixed>
     */
    public static function own(array $cookies, string $scope): array
    {
        $own = [];
        foreach ($cookies as $name => $value) {
            $name = (string) $name;
            if (str_starts_with($name, self::OURS . $scope)) {
                $own[self::OURS . substr($name, strlen(self::OURS . $scope))] = $value;
            } elseif (!str_starts_with($name, self::OURS)) {
                $own[$name] = $value;
            }
        }
        return $own;
    }
}
