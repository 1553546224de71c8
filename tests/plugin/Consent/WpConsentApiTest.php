<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Consent;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\Attributes\PreserveGlobalState;
use PHPUnit\Framework\Attributes\RunTestsInSeparateProcesses;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Consent\ConsentApi;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Tests\Support\Listener;
use Pinrelay\WooCommerce\Tests\Support\Site;

/**
 * With the functions of the WP Consent API, which no other test may meet.
 *
 * @runTestsInSeparateProcesses
 * @preserveGlobalState disabled
 */
#[PreserveGlobalState(false)]
#[RunTestsInSeparateProcesses]
final class WpConsentApiTest extends TestCase
{
    /** @return array<string, array{string|false, ?string, bool}> kind of consent, cookie, whether it is given */
    public static function cases(): array
    {
        return [
            'no type told, nothing said' => [false, null, false],
            'no type told, denied' => [false, 'deny', false],
            'no type told, allowed' => [false, 'allow', true],
            'an unknown type, nothing said' => ['other', null, false],
            'opt-in, nothing said' => ['optin', null, false],
            'opt-in, allowed' => ['optin', 'allow', true],
            'opt-in, denied' => ['optin', 'deny', false],
            'opt-in, nonsense' => ['optin', '1', false],
            'opt-out, nothing said' => ['optout', null, true],
            'opt-out, allowed' => ['optout', 'allow', true],
            'opt-out, denied' => ['optout', 'deny', false],
        ];
    }

    /** @dataProvider cases */
    #[DataProvider('cases')]
    public function testItsWordIsTaken(string|false $type, ?string $cookie, bool $given): void
    {
        Site::reset();
        require_once dirname(__DIR__, 2) . '/support/consent/wp-consent-api/wp-consent-api.php';
        add_filter('wp_get_consent_type', static fn(): string|false => $type);
        $_COOKIE = ['wp_consent_statistics' => 'allow'] + ($cookie === null ? [] : ['wp_consent_marketing' => $cookie]);
        $consent = new Consent(new Settings(consent: Consent::WP_CONSENT_API));
        self::assertSame($given, $consent->answer());
        self::assertSame($given, $consent->isGiven());
    }

    /** @param array<string, string> $cookies */
    private static function given(array $cookies): bool
    {
        $_COOKIE = array_map('addslashes', $cookies);
        return (new Consent(new Settings(consent: Consent::WP_CONSENT_API)))->isGiven();
    }

    private static function activate(string $type = ''): void
    {
        Site::reset();
        require_once dirname(__DIR__, 2) . '/support/consent/wp-consent-api/wp-consent-api.php';
        add_filter('wp_get_consent_type', static fn (): string => $type);
    }

    public function testWhatTheBrowserWasToldGoesBeforeWhatTheServerThinks(): void
    {
        self::activate('optin');
        self::assertTrue(self::given(['pinrelay_consent_type' => 'optout']));
        self::assertFalse(self::given(['pinrelay_consent_type' => 'optout', 'wp_consent_marketing' => 'deny']));
        self::activate('optout');
        self::assertFalse(self::given(['pinrelay_consent_type' => 'optin']));
        self::assertFalse(self::given(['pinrelay_consent_type' => 'deny', 'wp_consent_marketing' => 'allow']));
    }

    public function testABannerThatTellsItsTypeLaterInTheBrowserIsWaitedFor(): void
    {
        self::activate('optout');
        add_filter('wp_consent_api_waitfor_consent_hook', static fn (): bool => true);
        self::assertFalse(self::given([]));
        self::assertTrue(self::given(['wp_consent_marketing' => 'allow']));
        self::assertTrue(self::given(['pinrelay_consent_type' => 'optout']));
    }

    public function testThePrefixOfTheCookieIsTheBannersOwn(): void
    {
        self::activate('optout');
        add_filter('wp_consent_cookie_prefix', static fn (): string => 'my.banner');
        self::assertSame('my.banner', Consent::prefix());
        self::assertFalse(self::given(['my_banner_marketing' => 'deny', 'wp_consent_marketing' => 'allow']));
        self::assertTrue(self::given(['my_banner_marketing' => 'allow', 'wp_consent_marketing' => 'deny']));
    }

    public function testARefusalOfThisServiceAloneIsHeard(): void
    {
        self::activate('optin');
        $allowed = ['wp_consent_marketing' => 'allow'];
        $services = static fn (string $json): bool => self::given(
            $allowed + ['wp_consent_consented_services' => $json],
        );
        self::assertFalse($services('{"maps":true,"Pinterest (Pinrelay)":false}'));
        self::assertFalse($services('{"pinterest-tag":false}'));
        self::assertTrue($services('{"maps":false,"pinterest":true}'));
        self::assertTrue($services('{'));
        self::assertTrue($services('7'));
    }

    public function testTheFilterOfTheApiHasItsSay(): void
    {
        self::activate('optin');
        $asked = [];
        add_filter('wp_has_consent', static function (bool $has, string $category, string $for) use (&$asked): bool {
            $asked[] = [$has, $category, basename($for)];
            return false;
        }, 10, 3);
        self::assertFalse(self::given(['wp_consent_marketing' => 'allow']));
        self::assertSame([[true, 'marketing', 'pinrelay.php']], $asked);
    }

    public function testABannerIsNoticedOnceItHasToldOrWrittenAnything(): void
    {
        self::activate();
        $_COOKIE = [];
        self::assertFalse(Consent::isTypeTold());
        $_COOKIE = ['wp_consent_marketing' => 'deny'];
        self::assertTrue(Consent::isTypeTold());
        $_COOKIE = ['pinrelay_consent_type' => 'optout'];
        self::assertTrue(Consent::isTypeTold());
        self::activate('optin');
        $_COOKIE = [];
        self::assertTrue(Consent::isTypeTold());
    }

    public function testARefusalThatABannerMayHaveWrittenIsNoAnswer(): void
    {
        self::activate('optin');
        self::assertFalse(self::given(['wp_consent_marketing' => 'deny']));
        self::assertFalse((new Consent(new Settings(consent: Consent::WP_CONSENT_API)))->isAnswered());
        $_COOKIE = [Consent::COOKIE => '0'];
        self::assertTrue((new Consent(new Settings(consent: Consent::FILTER)))->isAnswered());
    }

    /** @return array<string, array{array<string, string>}> */
    public static function shops(): array
    {
        return [
            'with a tag' => [['tagId' => '26']],
            'with a server half alone' => [['adAccountId' => '5', 'accessToken' => 'pina_x']],
        ];
    }

    /** @dataProvider shops */
    #[DataProvider('shops')]
    public function testABannerLearnsOfTheCookiesThatTheReadmeNames(array $settings): void
    {
        $words = (string) file_get_contents(__DIR__ . '/../../../php-plugin/readme.txt');
        preg_match('/= Which cookies.*?=\n\n(.*)/', $words, $answer);
        preg_match_all('/`([a-z_.]+)` \((?:up to )?\d/', str_replace('`pinrelay_consent`', '', $answer[1]), $named);
        $told = array_map(static fn (string $name): string => str_replace('*', '...', $name), self::told($settings));
        self::assertEqualsCanonicalizing($named[1], $told);
    }

    public function testAShopThatTellsNobodySetsNone(): void
    {
        self::assertSame([], self::told([]));
    }

    /** @return list<string> names */
    private static function told(array $settings): array
    {
        Site::reset();
        require_once dirname(__DIR__, 2) . '/support/consent/wp-consent-api/wp-consent-api.php';
        $GLOBALS['wp_consent_api_stand_in_cookies'] = [];
        Listener::add(new ConsentApi(new Settings(...['enabled' => true] + $settings), 'pinrelay.php'));
        do_action('init');
        $told = $GLOBALS['wp_consent_api_stand_in_cookies'];
        $functional = array_keys(array_filter($told, static fn (array $one): bool => $one['category'] !== 'marketing'));
        self::assertSame($told === [] ? [] : ['pinrelay_consent_type'], $functional);
        return array_keys($told);
    }
}
