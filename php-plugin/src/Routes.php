<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce;

use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Collect\Beacon;
use Pinrelay\WooCommerce\Site\Home;
use Pinrelay\WooCommerce\Storefront\Cookie;
use Pinrelay\WooCommerce\Storefront\VisitorRegion;

/**
 * The plugin's REST routes. Each takes a POST and answers with a status alone, but for the browser half of a purchase
 * and the question where a visitor is; the part that decides is made when its route is called. Visitors have no
 * account, and pages from a cache no nonce: each part asks for what they do have.
 *
 * Where REST is closed to guests, collect.php takes what visitors send, and WooCommerce's own way for scripts the claim
 * of a purchase.
 */
final class Routes
{
    /** Events that a page hands in, where the host forbids collect.php (Collect\CollectEndpoint). */
    public const COLLECT = '/collect';
    /** The browser half of a purchase, for the page of its order (Storefront\Claim). */
    public const CLAIM = '/claim';
    /** What became of the browser half of a purchase (Storefront\BrowserReport). */
    public const BROWSER = '/browser';
    /** A visitor has changed his mind (Consent\Withdrawal). */
    public const CONSENT = '/consent';
    /** What the owner's browser saw on his pages (Coexistence\SecondTag). */
    public const SECOND_TAG = '/second-tag';

    private const SPACE = 'pinrelay/v1';

    public function __construct(private readonly Container $container)
    {
    }

    /**
     * Without a host: a page asks the host it was asked under, whose cookies it has.
     *
     * @param self::* $route
     */
    public static function address(string $route): string
    {
        return Home::local(rest_url(self::SPACE . $route));
    }

    /** @return list<string> where a page claims its purchase: the second where the first is closed */
    public static function claims(): array
    {
        return [self::address(self::CLAIM), Home::local(esc_url_raw(\WC_AJAX::get_endpoint(Plugin::CLAIM_BY_AJAX)))];
    }

    /** The claim without REST. */
    public function claimByAjax(): never
    {
        $container = $this->container;
        $body = (string) file_get_contents('php://input');
        $half = $container->guard->run('claim', static fn (): ?array => $container->claim()->answer($body));
        status_header($half === null ? 204 : 200);
        header(Beacon::OWN_ANSWER . ': 1');
        header('Cache-Control: no-store');
        header('Content-Type: application/json');
        echo $half === null ? '' : wp_json_encode($half);
        // WooCommerce would end with a status of its own.
        exit;
    }

    public function register(): void
    {
        $container = $this->container;
        $body = static fn (\WP_REST_Request $request): string => (string) $request->get_body();
        $all = static fn (): bool => true;

        $posts = [
            self::COLLECT => static fn (string $body): int => $container->collectEndpoint()->answer($body),
            self::BROWSER => static fn (string $body): int => $container->browserReport()->take($body),
            self::CONSENT => static fn (string $body): int => $container->withdrawal()->handle($body),
        ];
        foreach ($posts as $route => $answer) {
            self::add($container, $route, static fn (\WP_REST_Request $request): int => $answer($body($request)), $all);
        }
        self::add(
            $container,
            self::SECOND_TAG,
            static fn (\WP_REST_Request $request): int => SecondTag::remember($request->get_param('tags')),
            static fn (): bool => SecondTag::mayReport(),
        );
        register_rest_route(self::SPACE, self::CLAIM, [
            'methods' => 'POST',
            'callback' => static function (\WP_REST_Request $request) use ($container, $body): \WP_REST_Response {
                $claim = static fn (): ?array => $container->claim()->answer($body($request));
                $half = $container->guard->run('claim', $claim);
                return self::answer($half === null ? 204 : 200, $half);
            },
            'permission_callback' => $all,
        ]);
        // As collect.php answers it.
        register_rest_route(self::SPACE, self::COLLECT, [
            'methods' => 'GET',
            'callback' => static fn (): \WP_REST_Response => self::answer(
                200,
                VisitorRegion::state(wp_unslash($_SERVER), Cookie::all()),
            ),
            'permission_callback' => $all,
        ]);
    }

    /**
     * @param \Closure(\WP_REST_Request): int $answer gives the HTTP status
     * @param \Closure(): bool                $mayCall
     */
    private static function add(Container $container, string $route, \Closure $answer, \Closure $mayCall): void
    {
        register_rest_route(self::SPACE, $route, [
            'methods' => 'POST',
            'callback' => static fn (\WP_REST_Request $request): \WP_REST_Response => self::answer(
                $container->guard->run('route ' . $route, static fn (): int => $answer($request), 503),
            ),
            'permission_callback' => $mayCall,
        ]);
    }

    /** One visitor's own. Caches of WordPress keep answers of REST, too, and not all of them read headers. */
    private static function answer(int $status, mixed $body = null): \WP_REST_Response
    {
        defined('DONOTCACHEPAGE') || define('DONOTCACHEPAGE', true);
        do_action('litespeed_control_set_nocache', 'pinrelay');
        return new \WP_REST_Response($body, $status, [Beacon::OWN_ANSWER => '1', 'Cache-Control' => 'no-store']);
    }
}
