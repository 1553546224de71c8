<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\InvalidEventException;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Collect\Beacon;
use Pinrelay\WooCommerce\Collect\Collector;
use Pinrelay\WooCommerce\Collect\Config;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Collect\Inbox;
use Pinrelay\WooCommerce\Collect\PageFacts;
use Pinrelay\WooCommerce\Collect\Rate;

final class CollectorTest extends TestCase
{
    private const KEY = 'key';
    private const NOW = 1795000000;
    private const ID = '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d';
    private const OTHER = '11111111-2222-4333-8444-555555555555';
    private const URL = 'https://shop.example/product/mug/?epik=dj0&key=wc_order_x&utm_source=pinterest';
    private const VISIT = [
        'event_name' => 'page_visit',
        'currency' => 'EUR',
        'items' => [['id' => '16', 'name' => 'Mug', 'price' => '12.50', 'quantity' => 1]],
    ];

    protected function setUp(): void
    {
        Relay::reset();
    }

    /** @param array<string, mixed> $event */
    private static function signed(array $event = self::VISIT, string $id = self::ID): array
    {
        return ['id' => $id] + PageFacts::write($event, self::KEY, self::NOW);
    }

    /** @param array<string, mixed> $over over an event of the page's own script */
    private static function tracked(array $over = [], array $names = ['lead', 'signup']): array
    {
        return $over + ['id' => self::ID, 'name' => 'lead', 'data' => []]
            + PageFacts::permit($names, self::KEY, self::NOW);
    }

    private static function body(mixed ...$events): string
    {
        return (string) json_encode(['url' => self::URL, 'language' => 'de', 'events' => $events]);
    }

    /** @param array<string, mixed> $over over a beacon of a page of this shop */
    private static function beacon(string $body, array $over = []): Beacon
    {
        return new Beacon(...$over + [
            'method' => 'POST',
            'origin' => 'https://shop.example',
            'referrer' => '',
            'ip' => '203.0.113.9',
            'userAgent' => 'Mozilla/5.0 (X11; rv:132.0) Firefox/132.0',
            'cookies' => ['pinrelay_vid' => self::ID],
            'body' => $body,
        ]);
    }

    /**
     * @param list<string>         $events names whose server half is on
     * @param array<string, mixed> $more   `trusted` headers, `consent` mode, picked `states`
     */
    private static function collector(array $events, string $rateFile = '', array $more = []): Collector
    {
        return new Collector(
            new Config(
                revision: 7,
                hosts: ['de.shop.example', 'shop.example', 'www.shop.example:8443', 'xn--bcher-kva.example'],
                scope: '',
                key: self::KEY,
                relay: ['site' => 'shop.example', 'ad_account_id' => '549755885175', 'spool_dir' => '/spool'],
                events: $events,
                parameters: ['epik', 'utm_source'],
                rateFile: $rateFile,
                trustedHeaders: $more['trusted'] ?? [],
                consent: $more['consent'] ?? 'off',
                consentPrefix: $more['prefix'] ?? 'wp_consent',
                ldpStates: $more['states'] ?? [],
            ),
            new Rate($rateFile, self::KEY),
            static fn (array $options): Relay => new Relay($options),
        );
    }

    private static function answer(Beacon $beacon): int
    {
        return self::collector(['page_visit', 'view_category', 'lead'])->answer($beacon, self::NOW);
    }

    public function testASignedVisitIsCapturedWithWhoAndWhen(): void
    {
        self::assertSame(204, self::answer(self::beacon(self::body(self::signed()))));
        self::assertEquals([[
            'to' => '549755885175',
            'event_id' => self::ID,
            'event_time' => self::NOW,
            'event_source_url' => 'https://shop.example/product/mug/?epik=dj0&utm_source=pinterest',
            'language' => 'de',
            'user' => [
                'ip' => '203.0.113.9',
                'user_agent' => 'Mozilla/5.0 (X11; rv:132.0) Firefox/132.0',
                'click_id' => 'dj0',
                'external_id' => self::ID,
            ],
        ] + self::VISIT], Relay::$captured);
        self::assertArrayNotHasKey('access_token', Relay::$made[0]);
    }

    public function testTheLanguageIsThePagesWhereItSaysOne(): void
    {
        self::answer(self::beacon(self::body(self::signed(['language' => 'fr'] + self::VISIT))));
        self::assertSame(['fr'], array_column(Relay::$captured, 'language'));
    }

    public function testAPageThatSignedNoLanguageSaysItsOwn(): void
    {
        foreach (['de' => 'de', 'deu' => null, '' => null] as $said => $told) {
            Relay::reset();
            $body = ['url' => self::URL, 'language' => $said, 'events' => [self::tracked([])]];
            self::assertSame(204, self::answer(self::beacon((string) json_encode($body))));
            self::assertSame($told, Relay::$captured[0]['language'] ?? null);
        }
    }

    /** @dataProvider hosts */
    #[DataProvider('hosts')]
    public function testAPageKeepsItsHostWhicheverOfTheShopsItIs(string $origin): void
    {
        $body = (string) json_encode(['url' => "{$origin}/mug/?key=x", 'events' => [self::signed()]]);
        self::assertSame(204, self::answer(self::beacon($body, ['origin' => $origin])));
        self::assertSame(["{$origin}/mug/"], array_column(Relay::$captured, 'event_source_url'));
    }

    /** @return list<array{string}> */
    public static function hosts(): array
    {
        return [
            ['https://shop.example'],
            ['http://de.shop.example'],
            ['https://www.shop.example:8443'],
            ['https://xn--bcher-kva.example'],
        ];
    }

    public function testTheCookieOfAClickBeatsTheAddress(): void
    {
        $cookies = ['_epik' => 'from-cookie', 'pinrelay_vid' => 'anna@example.com'];
        self::answer(self::beacon(self::body(self::signed()), ['cookies' => $cookies]));
        self::assertSame('from-cookie', Relay::$captured[0]['user']['click_id']);
        self::assertArrayNotHasKey('external_id', Relay::$captured[0]['user']);
    }

    public function testSeveralEventsOfAPageAreCapturedEach(): void
    {
        $category = self::signed(['event_name' => 'view_category', 'content_category' => 'Mugs'], self::OTHER);
        self::assertSame(204, self::answer(self::beacon(self::body(self::signed(), $category))));
        self::assertSame(['page_visit', 'view_category'], array_column(Relay::$captured, 'event_name'));
    }

    /** @dataProvider forged */
    #[DataProvider('forged')]
    public function testWhatTheShopHasNotSignedIsRefusedWhole(mixed $forged): void
    {
        self::assertSame(400, self::answer(self::beacon(self::body(self::signed(), $forged))));
        self::assertSame([], Relay::$captured);
    }

    public static function forged(): array
    {
        $signed = self::signed();
        $checkout = ['event_name' => 'checkout', 'value' => '999', 'currency' => 'EUR', 'order_id' => '7'];
        return [
            'another price' => [['facts' => str_replace('12.50', '99.00', $signed['facts'])] + $signed],
            'another signature' => [['signature' => str_repeat('0', 32)] + $signed],
            'no signature' => [array_diff_key($signed, ['signature' => 1])],
            'a signature that is a list' => [['signature' => [$signed['signature']]] + $signed],
            'a checkout that is signed' => [self::signed($checkout)],
            'an add that is signed' => [self::signed(['event_name' => 'add_to_cart'])],
            'a checkout of the script' => [self::tracked(['name' => 'checkout', 'data' => $checkout], ['checkout'])],
            'a visit of the script' => [self::tracked(['name' => 'page_visit'], ['page_visit'])],
            'an add of the script' => [self::tracked(['name' => 'add_to_cart'], ['add_to_cart'])],
            'a name that is a list' => [self::tracked(['name' => ['lead']])],
            'a lead without a permit' => [['id' => self::OTHER, 'name' => 'lead', 'data' => []]],
            'a lead with a forged permit' => [self::tracked(['signature' => str_repeat('0', 32)])],
            'a lead with the facts of a visit' => [['name' => 'lead', 'data' => []] + $signed],
            'a custom event with a permit for others' => [self::tracked(['name' => 'custom'])],
            'a permit in place of facts' => [['id' => self::OTHER] + PageFacts::permit(['lead'], self::KEY, self::NOW)],
            'no id' => [array_diff_key($signed, ['id' => 1])],
            'an id that is no UUID' => [['id' => 'order-7'] + $signed],
            'an id in capitals' => [['id' => strtoupper(self::ID)] + $signed],
            'nothing' => [null],
            'a text' => ['page_visit'],
        ];
    }

    public function testAnEventOfTheShopsScriptKeepsItsWordsAndLosesItsMoney(): void
    {
        $data = [
            'lead_type' => 'Newsletter',
            'content_name' => "Line\nbreak",
            'property' => 'ada@shopper.example',
            'product_ids' => [16, 'SKU-1', ['x'], ''],
            'value' => '9999',
            'currency' => 'EUR',
            'order_id' => '7',
            'event_time' => 1,
            'event_name' => 'checkout',
            'user' => ['email' => 'ada@shopper.example'],
            'items' => [['id' => '1', 'price' => '5']],
        ];
        $lead = self::tracked(['data' => $data]);
        self::assertSame(204, self::answer(self::beacon(self::body($lead))));
        $event = Relay::$captured[0];
        self::assertSame(['lead', self::ID, self::NOW], [
            $event['event_name'], $event['event_id'], $event['event_time'],
        ]);
        self::assertSame(['Newsletter', 'Line break'], [$event['lead_type'], $event['content_name']]);
        self::assertSame([['id' => '16'], ['id' => 'SKU-1']], $event['items']);
        foreach (['value', 'currency', 'order_id', 'property'] as $dropped) {
            self::assertArrayNotHasKey($dropped, $event);
        }
        self::assertArrayNotHasKey('email', $event['user']);
    }

    public function testAnEventWhoseServerHalfIsOffIsTakenAndNotTold(): void
    {
        $search = self::signed(['event_name' => 'search', 'search_string' => 'mug']);
        self::assertSame(204, self::answer(self::beacon(self::body($search))));
        self::assertSame([[], []], [Relay::$captured, Relay::$made]);
    }

    /** @dataProvider strangers */
    #[DataProvider('strangers')]
    public function testOnlyAPageOfThisShopMayHandIn(array $from, int $status): void
    {
        self::assertSame($status, self::answer(self::beacon(self::body(self::signed()), $from)));
    }

    public static function strangers(): array
    {
        $referrer = static fn (string $url): array => ['origin' => '', 'referrer' => $url];
        return [
            [['origin' => 'https://evil.example'], 403],
            [['origin' => 'https://shop.example.evil.example'], 403],
            [['origin' => 'https://shop.example:8443'], 403],
            [['origin' => 'null'], 403],
            [$referrer(''), 403],
            [$referrer('https://evil.example/?https://shop.example/'), 403],
            [['origin' => 'https://evil.example', 'referrer' => 'https://shop.example/'], 403],
            [['origin' => 'https://SHOP.example:443'], 204],
            [['origin' => 'https://www.shop.example:8443'], 204],
            [$referrer('https://shop.example/product/mug/'), 204],
        ];
    }

    /** @dataProvider broken */
    #[DataProvider('broken')]
    public function testWhatIsNotUnderstoodIsRefused(string $body): void
    {
        self::assertSame(400, self::answer(self::beacon($body)));
        self::assertSame([], Relay::$captured);
    }

    public static function broken(): array
    {
        $events = [self::signed()];
        $json = static fn (mixed $body): array => [(string) json_encode($body)];
        return [
            'nothing' => [''],
            'half a body' => ['{"events":['],
            'a list' => $json($events),
            'a number' => ['7'],
            'no events' => $json(['url' => self::URL]),
            'an empty list' => $json(['url' => self::URL, 'events' => []]),
            'too many' => $json(['url' => self::URL, 'events' => array_fill(0, 11, self::signed())]),
            'no address' => $json(['events' => $events]),
            'an address that is a list' => $json(['url' => [self::URL], 'events' => $events]),
            'a page of another site' => $json(['url' => 'https://evil.example/', 'events' => $events]),
            'an address that is none' => $json(['url' => 'javascript:alert(1)', 'events' => $events]),
            'too deep' => [str_repeat('[', 50) . str_repeat(']', 50)],
        ];
    }

    public function testOtherMethodsAreRefused(): void
    {
        foreach (['GET', 'PUT', 'OPTIONS', ''] as $method) {
            self::assertSame(400, self::answer(self::beacon(self::body(self::signed()), ['method' => $method])));
        }
    }

    public function testALongBodyIsNotRead(): void
    {
        self::assertSame(413, self::answer(self::beacon(str_repeat(' ', 8193))));
        self::assertSame(400, self::answer(self::beacon(str_repeat(' ', 8192))));
    }

    public function testASpoolWithoutRoomShedsTheVisit(): void
    {
        foreach (['__construct', 'capture'] as $method) {
            Relay::$throws = [$method => new SpoolException('full', 'full')];
            self::assertSame(503, self::answer(self::beacon(self::body(self::signed()))));
        }
    }

    public function testAVisitorOfWhomNothingIsKnownIsNobodysMistakeButAnyOtherFaultIs(): void
    {
        Relay::$throws = ['capture' => new InvalidEventException('', ['user', 'user.ip'])];
        self::assertSame(204, self::answer(self::beacon(self::body(self::signed()))));
        Relay::$throws = ['capture' => new InvalidEventException('', ['user', 'currency'])];
        self::assertSame(400, self::answer(self::beacon(self::body(self::signed()))));
    }

    public function testAnAddressHasItsShareOfAMinuteAndAProxysHasNone(): void
    {
        $file = self::folder() . '/rate';
        try {
            $collector = self::collector(['page_visit'], $file);
            $answer = static fn (string $ip, int $now): int => $collector->answer(
                self::beacon(self::body(self::signed()), ['ip' => $ip]),
                $now,
            );
            for ($count = 0; $count < Rate::MOST; ++$count) {
                self::assertSame(204, $answer('203.0.113.9', self::NOW));
            }
            self::assertSame(429, $answer('203.0.113.9', self::NOW));
            self::assertSame(204, $answer('203.0.113.10', self::NOW));
            self::assertSame(204, $answer('10.0.0.1', self::NOW));
            self::assertSame(204, $answer('203.0.113.9', self::NOW + 60));
        } finally {
            self::clear(dirname($file));
        }
    }

    public function testAnAddressIsCountedByItsEventsAndNotByItsRequests(): void
    {
        $file = self::folder() . '/rate';
        try {
            $collector = self::collector(['page_visit'], $file);
            $ten = self::beacon(self::body(...array_fill(0, 10, self::signed())));
            for ($count = 0; $count < Rate::MOST; $count += 10) {
                self::assertSame(204, $collector->answer($ten, self::NOW));
            }
            self::assertSame(429, $collector->answer(self::beacon(self::body(self::signed())), self::NOW));
            self::assertCount(Rate::MOST, Relay::$captured);
        } finally {
            self::clear(dirname($file));
        }
    }

    private static function folder(): string
    {
        $dir = sys_get_temp_dir() . '/pinrelay-collect-' . bin2hex(random_bytes(4));
        mkdir($dir);
        return $dir;
    }

    private static function clear(string $dir): void
    {
        array_map('unlink', (array) glob($dir . '/*'));
        rmdir($dir);
    }

    /** @return array<string, array{string, int, array<string, mixed>, ?\Throwable, string}> reason, count, what
     *     is other than usual, thrown by the extension, detail */
    public static function dropped(): array
    {
        $ofVisitor = new InvalidEventException('', ['user', 'user.ip']);
        $behind = ['ip' => '10.0.0.1', 'headers' => ['HTTP_X_FORWARDED_FOR' => '198.51.100.7, 10.0.0.2']];
        $unsigned = ['facts' => '{}', 'signature' => str_repeat('0', 32)];
        return [
            'a bot' => ['bot', 1, ['userAgent' => 'curl/8.5.0'], null, 'curl'],
            'a proxy\'s address' => ['private_address', 1, $behind, $ofVisitor, 'X-Forwarded-For'],
            'one without any header' => ['private_address', 1, ['ip' => '172.17.0.1'], $ofVisitor, 'no header'],
            'one whose header says nothing public' => [
                'private_address', 1, ['ip' => '10.0.0.1', 'headers' => ['HTTP_X_REAL_IP' => '10.9.9.9']], $ofVisitor,
                'no header',
            ],
            'nothing to match by' => ['no_match_key', 1, [], $ofVisitor, ''],
            'another page\'s' => ['foreign_origin', 1, ['origin' => 'https://evil.example'], null, ''],
            'not signed' => ['not_signed', 2, ['body' => self::body(self::signed(), $unsigned)], null, ''],
            'not understood' => ['invalid', 1, ['body' => '{'], null, ''],
            'too long' => ['invalid', 1, ['body' => str_repeat(' ', 8193)], null, ''],
            'another method' => ['invalid', 1, ['method' => 'GET'], null, ''],
            'refused by the extension' => ['invalid', 1, [], new InvalidEventException('', ['items[0].id']), 'items'],
            'no room' => ['spool', 1, [], new SpoolException('full', 'full'), ''],
            'switched off' => [
                'switched_off', 1, ['body' => self::body(self::signed(['event_name' => 'search']))], null, 'search',
            ],
            'without consent' => ['consent', 1, ['cookies' => []], null, ''],
        ];
    }

    /**
     * @dataProvider dropped
     * @param array<string, mixed> $beacon
     */
    #[DataProvider('dropped')]
    public function testEveryDropIsCountedByItsReason(
        string $reason,
        int $count,
        array $beacon,
        ?\Throwable $thrown,
        string $detail,
    ): void {
        Relay::$throws = $thrown === null ? [] : ['capture' => $thrown];
        $dir = self::folder();
        $mode = $reason === 'consent' ? 'filter' : 'off';
        $collector = self::collector(['page_visit'], $dir . '/rate', ['consent' => $mode]);
        $collector->answer(self::beacon(self::body(self::signed()), $beacon), self::NOW);
        $known = (new DropCount($dir, 'shop.example'))->read();
        self::clear($dir);
        self::assertSame([], Relay::$captured);
        self::assertSame([$reason], array_keys($known));
        self::assertSame($count, $known[$reason]['count']);
        self::assertSame($detail === '' ? [] : [$detail => 1], $known[$reason]['by']);
    }

    /** What is left for WordPress, by whom. @return array<string, array{string, array<string, string>, mixed, int}> */
    public static function left(): array
    {
        $back = (string) json_encode(['visitor' => self::ID]);
        $buyer = '71.1795000060.' . str_repeat('a', 64);
        $report = ['browser' => 'fired', 'token' => '71.abc'];
        $at = ['at' => self::NOW];
        $cookies = ['pinrelay_consent' => '0', 'pinrelay_buyer' => $buyer];
        return [
            'consent taken back' => [$back, $cookies, ['visitor' => self::ID, 'buyer' => $buyer] + $at, 204],
            'by somebody without orders' => [$back, [], ['visitor' => self::ID, 'buyer' => ''] + $at, 204],
            'by somebody who agrees' => [$back, ['pinrelay_consent' => '1'], null, 204],
            'an id that is none' => ['{"visitor":"ada@shopper.example"}', [], null, 204],
            'a report' => [(string) json_encode($report + ['more' => 'x']), $cookies, $report, 204],
            'a report that is too long' => [
                (string) json_encode(['browser' => 'fired', 'token' => str_repeat('x', 3000)]), [], null, 503,
            ],
        ];
    }

    /** @dataProvider left */
    #[DataProvider('left')]
    public function testWhatNeedsTheDatabaseIsLeftForWordPress(
        string $body,
        array $cookies,
        mixed $left,
        int $status,
    ): void {
        $dir = self::folder();
        $collector = self::collector([], $dir . '/rate', ['consent' => 'filter']);
        self::assertSame($status, $collector->answer(self::beacon($body, ['cookies' => $cookies]), self::NOW));
        $messages = [];
        (new Inbox($dir, 'shop.example'))->take(static function (array $one) use (&$messages): void {
            $messages[] = $one;
        }, self::NOW);
        self::clear($dir);
        self::assertSame($left === null ? [] : [$left], $messages);
        $isBack = isset($left['visitor']);
        self::assertSame($isBack ? [['549755885175', self::ID]] : [], Relay::$forgotten, 'his visits at once');
    }

    public function testNobodyFillsTheInboxFromElsewhereOrWithoutEnd(): void
    {
        $dir = self::folder();
        $collector = self::collector([], $dir . '/rate', ['consent' => 'filter']);
        $back = self::beacon('{"visitor":"' . self::ID . '"}');
        $foreign = self::beacon($back->body, ['origin' => 'https://evil.example']);
        self::assertSame(403, $collector->answer($foreign, self::NOW));
        $statuses = array_map(static fn (): int => $collector->answer($back, self::NOW), range(1, 12));
        self::clear($dir);
        self::assertSame([204 => 10, 429 => 2], array_count_values($statuses));
    }

    public function testAVisitThatIsTakenIsNoDropAndItsTimeIsKnown(): void
    {
        $dir = self::folder();
        $drops = new DropCount($dir, 'shop.example');
        $collector = self::collector(['page_visit'], $dir . '/rate');
        $collector->answer(self::beacon(self::body(self::signed()), ['ip' => '10.0.0.1']), self::NOW);
        $before = $drops->lastPassed();
        $collector->answer(self::beacon(self::body(self::signed())), self::NOW);
        $known = [$drops->read(), $before, $drops->lastPassed()];
        self::clear($dir);
        self::assertSame([[], null, self::NOW], $known);
    }

    /** @return array<string, array{string, array<string, string>, bool}> mode, cookies, whether anything is taken */
    public static function consents(): array
    {
        return [
            'nobody is asked' => ['off', [], true],
            'a banner was told no' => ['wp_consent_api', ['wp_consent_marketing' => 'deny'], false],
            'a banner was told yes' => ['wp_consent_api', ['wp_consent_marketing' => 'allow'], true],
            'a banner of which nobody knows more' => ['wp_consent_api', [], false],
            'a banner that lets people object' => ['wp_consent_api', ['pinrelay_consent_type' => 'optout'], true],
            'a banner that lets people object, which somebody did' =>
                ['wp_consent_api', ['pinrelay_consent_type' => 'optout', 'wp_consent_marketing' => 'deny'], false],
            'a banner with cookies of its own name' => ['wp_consent_api', ['cmplz_marketing' => 'allow'], false],
            'a banner that was told no to this service' => ['wp_consent_api', [
                'wp_consent_marketing' => 'allow',
                'wp_consent_consented_services' => '{"pinterest":false}',
            ], false],
            'own code was told yes' => ['filter', ['pinrelay_consent' => '1'], true],
            'own code was told no' => ['filter', ['pinrelay_consent' => '0'], false],
            'own code was told nothing' => ['filter', [], false],
        ];
    }

    /** @dataProvider consents */
    #[DataProvider('consents')]
    public function testABrowserThatRefusedIsNotHeard(string $mode, array $cookies, bool $isTaken): void
    {
        $collector = self::collector(['page_visit'], more: ['consent' => $mode]);
        $beacon = self::beacon(self::body(self::signed()), ['cookies' => $cookies]);
        self::assertSame(204, $collector->answer($beacon, self::NOW));
        self::assertCount($isTaken ? 1 : 0, Relay::$captured);
    }

    public function testABotIsNotHeardAndPinterestsOwnBrowserIs(): void
    {
        $agents = ['Mozilla/5.0 (compatible; Googlebot/2.1)', 'Mozilla/5.0 (iPhone) Mobile/22B83 [Pinterest/iOS]', ''];
        foreach ($agents as $agent) {
            self::assertSame(204, self::answer(self::beacon(self::body(self::signed()), ['userAgent' => $agent])));
        }
        self::assertSame([$agents[1]], array_column(array_column(Relay::$captured, 'user'), 'user_agent'));
    }

    public function testAVisitorSeenInAPickedStateIsMarkedWithItAndNobodyElse(): void
    {
        foreach (['CA' => true, 'TX' => false, '' => false] as $state => $isLimited) {
            Relay::reset();
            $beacon = self::beacon(self::body(self::signed()), ['state' => $state]);
            self::collector(['page_visit'], more: ['states' => ['CA', 'CO']])->answer($beacon, self::NOW);
            self::assertSame($isLimited, Relay::$captured[0]['ldp'] ?? false);
            self::assertSame($isLimited ? 'CAUS' : '', implode('', array_intersect_key(
                Relay::$captured[0]['user'],
                ['state' => 1, 'country' => 1],
            )));
        }
    }

    public function testATrustedHeaderNamesTheVisitorAndAnObjectionIsPassedOn(): void
    {
        $beacon = self::beacon(self::body(self::signed()), [
            'ip' => '10.0.0.1',
            'headers' => ['HTTP_X_REAL_IP' => '198.51.100.7', 'HTTP_SEC_GPC' => '1'],
        ]);
        self::collector(['page_visit'], more: ['trusted' => ['X-Real-IP']])->answer($beacon, self::NOW);
        self::assertSame(['198.51.100.7', true], [
            Relay::$captured[0]['user']['ip'], Relay::$captured[0]['opt_out'],
        ]);
    }
}
