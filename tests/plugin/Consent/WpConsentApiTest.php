<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Consent;

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
final class WpConsentApiTest extends TestCase
{
    /** @return array<string, array{string|false, ?string, bool}> kind of consent, cookie, whether it is given */
    public function cases(): array
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

    /** @return array<string, array{array<string, string>, int}> settings, how many cookies */
    public function shops(): array
    {
        return [
            'with a tag' => [['tagId' => '26'], 5],
            'with a server half alone' => [['adAccountId' => '5', 'accessToken' => 'pina_x'], 5],
            'that tells nobody' => [[], 0],
        ];
    }

    /** @dataProvider shops */
    public function testABannerLearnsWhichCookiesAShopSets(array $settings, int $count): void
    {
        Site::reset();
        require_once dirname(__DIR__, 2) . '/support/consent/wp-consent-api/wp-consent-api.php';
        $GLOBALS['wp_consent_api_stand_in_cookies'] = [];
        (new ConsentApi(new Settings(...['enabled' => true] + $settings), new Guard(), 'pinrelay.php'))->register();
        do_action('init');
        $told = $GLOBALS['wp_consent_api_stand_in_cookies'];
        self::assertCount($count, $told);
        self::assertSame([], array_diff(array_column($told, 'category'), ['marketing']));
    }
}
