<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Installer;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Support\Failure;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * The two doors to the Collector, as WordPress keeps them: the file that collect.php reads, and the REST route
 * pinrelay/v1/collect for hosts that forbid direct PHP files.
 */
final class Doors
{
    private const SPACE = 'pinrelay/v1';
    private const ROUTE = '/collect';

    /** @param string $mainFile the plugin's main file */
    public function __construct(
        private readonly LiveConfig $live,
        private readonly ConfigFile $file,
        private readonly RelayFactory $relays,
        private readonly Guard $guard,
        private readonly string $mainFile,
    ) {
    }

    public function register(): void
    {
        add_action('rest_api_init', $this->guard->action('route of events', function (): void {
            // As collect.php answers it.
            register_rest_route(self::SPACE, self::ROUTE, [
                'methods' => 'GET',
                'callback' => fn (): \WP_REST_Response => new \WP_REST_Response(
                    Beacon::of(wp_unslash($_SERVER), wp_unslash($_COOKIE), '')->state,
                    200,
                    ['Cache-Control' => 'no-store'],
                ),
                'permission_callback' => '__return_true',
            ]);
            register_rest_route(self::SPACE, self::ROUTE, [
                'methods' => 'POST',
                'callback' => fn (\WP_REST_Request $request): \WP_REST_Response => new \WP_REST_Response(
                    null,
                    $this->guard->run('collecting', fn (): int => $this->answer((string) $request->get_body()), 503),
                ),
                // Visitors have no account, and pages from a cache no nonce: Collector asks for what they do have.
                'permission_callback' => '__return_true',
            ]);
        }));
        // A save of the settings answers with a redirect to the settings page.
        $keep = $this->guard->action('file of collect.php', $this->keep(...));
        add_action('admin_init', $keep);
        add_action(Installer::TICK, $keep, 20, 0);
    }

    /**
     * Only in a web request: a file that another account makes is one that the web server may not read. And by none of
     * the slow ones in the background, which began before the settings were saved and would put the old ones back.
     */
    public function keep(): void
    {
        if (PHP_SAPI !== 'cli' && !wp_doing_ajax()) {
            $this->file->keep($this->live->config());
        }
    }

    /** @return array{string, string} the addresses of both doors */
    public function addresses(): array
    {
        return [
            plugins_url('collect.php', $this->mainFile) . '?s=' . get_current_blog_id(),
            rest_url(self::SPACE . self::ROUTE),
        ];
    }

    /** @return list<string> where a page's script may ask in which state its visitor is, in this order */
    public function places(): array
    {
        [$file, $route] = $this->addresses();
        return [$file . '&place', $route];
    }

    private function answer(string $body): int
    {
        $config = $this->live->config();
        // Who comes this way may have found no file at the other door.
        $this->file->keep($config);
        if ($config === null) {
            return 503;
        }
        // Here the token is at hand, so what is collected may be sent at once.
        $open = fn (): Relay => $this->relays->relay() ?? throw new Failure('The spool cannot be used.');
        $collector = new Collector($config, new Rate($config->rateFile, $config->key), $open);
        return $collector->answer(Beacon::of(wp_unslash($_SERVER), wp_unslash($_COOKIE), $body), time());
    }
}
