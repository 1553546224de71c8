<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Storefront\Place;

/**
 * The plugin's REST routes. Each takes a POST and answers with a status alone, but for the question where a visitor is;
 * the part that decides is made when its route is called. Shoppers have no account, and pages from a cache no nonce:
 * each part asks for what they do have.
 */
final class Routes
{
    /** Events that a page hands in, where the host forbids collect.php (Collect\Doors). */
    public const COLLECT = '/collect';
    /** What became of the browser half of a purchase (Storefront\BrowserReport). */
    public const BROWSER = '/browser';
    /** A shopper has changed his mind (Consent\Withdrawal). */
    public const CONSENT = '/consent';
    /** What the owner's browser saw on his pages (Coexistence\SecondTag). */
    public const SECOND_TAG = '/second-tag';

    private const SPACE = 'pinrelay/v1';

    /** @param self::* $route */
    public static function address(string $route): string
    {
        return rest_url(self::SPACE . $route);
    }

    public static function register(Parts $parts): void
    {
        $body = static fn (\WP_REST_Request $request): string => (string) $request->get_body();
        $all = static fn (): bool => true;

        self::add($parts, self::COLLECT, static fn ($request) => $parts->doors()->answer($body($request)), $all);
        self::add($parts, self::BROWSER, static fn ($request) => $parts->browserReport()->take($body($request)), $all);
        self::add($parts, self::CONSENT, static fn ($request) => $parts->withdrawal()->heed($body($request)), $all);
        self::add(
            $parts,
            self::SECOND_TAG,
            static fn (\WP_REST_Request $request): int => SecondTag::remember($request->get_param('tags')),
            static fn (): bool => SecondTag::mayReport(),
        );
        // As collect.php answers it.
        register_rest_route(self::SPACE, self::COLLECT, [
            'methods' => 'GET',
            'callback' => static fn (): \WP_REST_Response => new \WP_REST_Response(
                Place::state(wp_unslash($_SERVER), wp_unslash($_COOKIE)),
                200,
                ['Cache-Control' => 'no-store'],
            ),
            'permission_callback' => $all,
        ]);
    }

    /**
     * @param \Closure(\WP_REST_Request): int $answer gives the HTTP status
     * @param \Closure(): bool                $mayCall
     */
    private static function add(Parts $parts, string $route, \Closure $answer, \Closure $mayCall): void
    {
        register_rest_route(self::SPACE, $route, [
            'methods' => 'POST',
            'callback' => static fn (\WP_REST_Request $request): \WP_REST_Response => new \WP_REST_Response(
                null,
                $parts->guard->run('route ' . $route, static fn (): int => $answer($request), 503),
            ),
            'permission_callback' => $mayCall,
        ]);
    }
}
