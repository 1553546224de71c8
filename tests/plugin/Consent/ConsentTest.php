<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Consent;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class ConsentTest extends TestCase
{
    protected function setUp(): void
    {
        Site::reset();
        $_COOKIE = [];
    }

    protected function tearDown(): void
    {
        $_COOKIE = [];
    }

    private static function answer(string $mode): ?bool
    {
        return (new Consent(new Settings(consent: $mode)))->answer();
    }

    public function testWhereNobodyIsAskedThereIsNoAnswer(): void
    {
        add_filter('pinrelay_consent', static fn (): bool => false);
        self::assertNull(self::answer(Consent::OFF));
        self::assertTrue((new Consent(new Settings()))->isGiven());
    }

    public function testWithoutAnAnswerInTheFilterModeThereIsNoConsent(): void
    {
        self::assertFalse(self::answer(Consent::FILTER));
    }

    /** @return list<array{mixed, bool}> */
    public static function cookies(): array
    {
        return [['1', true], ['0', false], ['', false], ['true', false], [['1'], false]];
    }

    /** @dataProvider cookies */
    #[DataProvider('cookies')]
    public function testWhatTheBrowserWasToldCounts(mixed $cookie, bool $given): void
    {
        $_COOKIE[Consent::COOKIE] = $cookie;
        self::assertSame($given, self::answer(Consent::FILTER));
    }

    /** @return list<array{mixed, bool}> */
    public static function answers(): array
    {
        return [[true, true], [false, false], [null, false], [1, false], ['yes', false]];
    }

    /** @dataProvider answers */
    #[DataProvider('answers')]
    public function testTheFilterHasTheLastWordAndOnlyTrueIsConsent(mixed $answer, bool $given): void
    {
        $_COOKIE[Consent::COOKIE] = $given ? '0' : '1';
        add_filter('pinrelay_consent', static fn (): mixed => $answer);
        self::assertSame($given, self::answer(Consent::FILTER));
    }

    public function testTheFilterHearsWhatTheBrowserWasTold(): void
    {
        $heard = [];
        add_filter('pinrelay_consent', static function (?bool $told) use (&$heard): ?bool {
            $heard[] = $told;
            return $told;
        });
        self::answer(Consent::FILTER);
        $_COOKIE[Consent::COOKIE] = '1';
        self::answer(Consent::FILTER);
        $_COOKIE[Consent::COOKIE] = '0';
        self::answer(Consent::FILTER);
        self::assertSame([null, true, false], $heard);
    }

    public function testABannersPluginThatIsGoneIsARefusal(): void
    {
        self::assertFalse(Consent::isApiThere());
        self::assertFalse(self::answer(Consent::WP_CONSENT_API));
    }

    public function testAnOrderWhoseVisitorWasNotSeenFollowsTheModesDefault(): void
    {
        $default = static fn (string $mode, string $default): ?bool => (new Consent(
            new Settings(consent: $mode, consentDefault: $default)
        ))->withoutVisitor();
        self::assertNull($default(Consent::OFF, Consent::REFUSED));
        foreach ([Consent::WP_CONSENT_API, Consent::FILTER] as $mode) {
            self::assertTrue($default($mode, Consent::GRANTED));
            self::assertFalse($default($mode, Consent::REFUSED));
            self::assertFalse((new Consent(new Settings(consent: $mode)))->withoutVisitor());
        }
    }
}
