<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * The visitor's own id, made by assets/pinrelay.js: a random UUID, which says nothing by itself. Pure.
 */
final class VisitorId
{
    public const COOKIE = 'pinrelay_vid';

    /** What is kept beside an order to know the browser again: it leads to no id and to no match key. */
    public static function digest(string $id): string
    {
        return $id === '' ? '' : substr(hash('sha256', 'browser:' . $id), 0, 32);
    }

    /**
     * @param array<mixed> $cookies unslashed
     * @return string '' for none, or one that is not of our kind
     */
    public static function read(array $cookies): string
    {
        $id = $cookies[self::COOKIE] ?? '';
        return is_string($id) && preg_match('/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/D', $id) === 1 ? $id : '';
    }
}
