<?php

/**
 * Takes what visitors' browsers report of their visits, without booting WordPress: POST
 * collect.php?s=<blog id>&r=<revision of the page's settings>, JSON up to 8 KB. It needs the extension and the file
 * that WordPress keeps for it (Collect\ConfigFile), opens no database, sets no cookie and answers with a status alone.
 * Everything is decided by Collect\Collector. Asked for `place`, it answers with the visitor's US state.
 */

declare(strict_types=1);

use Pinrelay\Relay;
use Pinrelay\WooCommerce\Collect\Beacon;
use Pinrelay\WooCommerce\Collect\Collector;
use Pinrelay\WooCommerce\Collect\ConfigFile;
use Pinrelay\WooCommerce\Collect\Rate;
use Pinrelay\WooCommerce\Storefront\VisitorRegion;
use Pinrelay\WooCommerce\Support\Repeats;

require __DIR__ . '/src/autoload.php';

if (function_exists('session_status') && session_status() === PHP_SESSION_ACTIVE) {
    // PHP was told to start one with every request: its lock would let a visitor's requests wait for each other.
    session_abort();
}

if (isset($_GET['place'])) {
    // What a page from a cache cannot know (assets/limited.js): in which US state its visitor is.
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    echo json_encode(VisitorRegion::state($_SERVER, []));
    return;
}

$status = (static function (): int {
    if ((int) ($_SERVER['CONTENT_LENGTH'] ?? 0) > Beacon::MOST_BYTES) {
        return 413;
    }
    try {
        $number = static fn (string $name, int $else): int => is_string($_GET[$name] ?? null)
            && preg_match('/^[0-9]{1,18}$/D', $_GET[$name]) === 1 ? (int) $_GET[$name] : $else;
        $blog = $number('s', 1);
        // The web server's name for this folder first: it may be linked into several shops.
        $config = (new ConfigFile(dirname((string) ($_SERVER['SCRIPT_FILENAME'] ?? __FILE__)), $blog))->readGood(time())
            ?? (new ConfigFile(__DIR__, $blog))->readGood(time());
        // A page that knows of newer settings goes to the REST route, which brings the file up to them.
        if ($config === null || $config->revision < $number('r', 0) || !class_exists(Relay::class, false)) {
            return 404;
        }
        $config = $config->on((string) ini_get('pinrelay.spool_root'));
        $body = (string) file_get_contents('php://input', false, null, 0, Beacon::MOST_BYTES + 1);
        $collector = new Collector(
            $config,
            new Rate($config->rateFile, $config->key),
            static fn (array $options): Relay => new Relay($options),
        );
        return $collector->answer(Beacon::of($_SERVER, $_COOKIE, $body, $config->scope), time());
    } catch (\Throwable $thrown) {
        $line = sprintf('pinrelay: collecting: %s at %s:%d', $thrown::class, $thrown->getFile(), $thrown->getLine());
        $counts = isset($config) && $config->rateFile !== '' ? dirname($config->rateFile) . '/collect-log' : '';
        $line = (new Repeats($counts))->pass($line, time());
        if ($line !== null) {
            error_log($line);
        }
        return 503;
    }
})();
// Not where WordPress has to answer in its place.
if ($status !== 404) {
    header(Beacon::OWN_ANSWER . ': 1');
}
http_response_code($status);
