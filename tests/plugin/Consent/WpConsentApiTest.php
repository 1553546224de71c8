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
use Pinrelay\WooCommerce\Support\Guard;
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
            'no banner' => [false, null, true],
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
        (new ConsentApi(new Settings(...['enabled' => true] + $settings), new Guard(), 'pinrelay.php'))->register();
        do_action('init');
        $told = $GLOBALS['wp_consent_api_stand_in_cookies'];
        self::assertSame([], array_diff(array_column($told, 'category'), ['marketing']));
        return array_keys($told);
    }
}
