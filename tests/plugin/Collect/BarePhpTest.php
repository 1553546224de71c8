<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;

/** What works on a PHP of which nothing is there but what it is built with: no mbstring, no ctype, no intl. */
final class BarePhpTest extends TestCase
{
    private const ROOT = __DIR__ . '/../../..';

    /** WordPress stands in for these where PHP lacks mbstring, but not for others. */
    private const POLYFILLS = ['mb_strlen', 'mb_substr'];

    public function testTheCollectorTakesVisitsWithoutOptionalExtensions(): void
    {
        $code = <<<'PHP'
            require $argv[1] . '/php-plugin/src/autoload.php';
            require $argv[1] . '/tests/plugin/support/relay.php';
            use Pinrelay\WooCommerce\Collect\{Beacon, Collector, Config, PageFacts, Rate};
            $config = new Config(
                revision: 1,
                hosts: ['shop.example'],
                scope: '',
                key: 'k',
                relay: ['spool_dir' => '/s', 'ad_account_id' => '1'],
                events: ['page_visit', 'lead'],
                parameters: ['epik'],
                rateFile: '',
                trustedHeaders: [],
                consent: 'off',
                consentPrefix: '',
                ldpStates: ['CA'],
            );
            $now = time();
            $id = '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d';
            $events = [
                ['id' => $id] + PageFacts::write(['event_name' => 'page_visit', 'content_name' => 'Größe'], 'k', $now),
                ['id' => $id, 'name' => 'lead', 'data' => ['lead_type' => str_repeat('ß', 300), 'product_ids' => [1]]]
                    + PageFacts::permit(['lead'], 'k', $now),
            ];
            $server = [
                'REQUEST_METHOD' => 'POST',
                'HTTP_ORIGIN' => 'https://SHOP.example',
                'REMOTE_ADDR' => '203.0.113.9',
                'HTTP_USER_AGENT' => 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36',
            ];
            $body = json_encode(['url' => 'https://shop.example/größe/?epik=x', 'events' => $events]);
            $collector = new Collector($config, new Rate('', 'k'), static fn ($with) => new Pinrelay\Relay($with));
            echo $collector->answer(Beacon::of($server, [], $body, ''), $now), ' ', count(Pinrelay\Relay::$captured);
            PHP;
        self::assertSame('204 2', $this->bare($code, self::ROOT));
    }

    public function testNothingElseOfMbstringIsUsedUnasked(): void
    {
        $unasked = [];
        $files = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator(self::ROOT . '/php-plugin/src'));
        foreach ($files as $file) {
            $lines = $file->getExtension() === 'php' ? (array) file((string) $file) : [];
            foreach ($lines as $line) {
                preg_match_all('/(?<!\w)mb_\w+(?=\()/', preg_replace('~(//|\* ).*~', '', (string) $line), $calls);
                foreach (array_diff($calls[0], self::POLYFILLS) as $call) {
                    if (!str_contains((string) $line, "function_exists('{$call}')")) {
                        $unasked[] = $file->getBasename() . ': ' . $call;
                    }
                }
            }
        }
        self::assertSame([], $unasked);
    }

    private function bare(string $code, string ...$arguments): string
    {
        $command = [PHP_BINARY, '-n', '-d', 'display_errors=1', '-r', $code, '--', ...$arguments];
        $process = proc_open($command, [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
        self::assertIsResource($process);
        $said = stream_get_contents($pipes[1]) . stream_get_contents($pipes[2]);
        proc_close($process);
        return $said;
    }
}
