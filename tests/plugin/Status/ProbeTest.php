<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Status;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Status\Messages;
use Pinrelay\WooCommerce\Status\Probe;
use Pinrelay\WooCommerce\Tests\Rig;

final class ProbeTest extends TestCase
{
    protected function setUp(): void
    {
        Rig::reset();
    }

    private static function ask(array $settings = []): Probe
    {
        $rig = new Rig($settings);
        return Probe::ask($rig->store->settings(), $rig->relays, 'https://shop.example/', 1795000000);
    }

    public function testAnAcceptedTestEventSaysThatTheConnectionWorks(): void
    {
        $probe = self::ask();
        self::assertSame([true, true, Messages::answer(200), ''], [
            $probe->isAsked,
            $probe->isAccepted,
            $probe->words,
            $probe->detail,
        ]);
    }

    /** @return list<array{int}> */
    public static function refusals(): array
    {
        return [[0], [400], [401], [403], [404], [422], [429], [500], [503], [302]];
    }

    /** @dataProvider refusals */
    #[DataProvider('refusals')]
    public function testEveryOtherAnswerHasItsOwnWordsAndPinterests(int $status): void
    {
        Relay::$answer = ['http_status' => $status, 'verdict' => 'rejected', 'message' => 'Authentication failed.'];
        $probe = self::ask();
        self::assertSame([true, false, Messages::answer($status), 'Authentication failed.'], [
            $probe->isAsked,
            $probe->isAccepted,
            $probe->words,
            $probe->detail,
        ]);
    }

    public function testAnEventRefusedIn200IsNotAcceptance(): void
    {
        Relay::$answer = ['verdict' => 'rejected', 'message' => 'Invalid event_name'];
        self::assertSame([false, Messages::answer(422)], [self::ask()->isAccepted, self::ask()->words]);
    }

    /** @return array<string, array{array<string, mixed>}> */
    public static function halves(): array
    {
        return [
            'no account' => [['ad_account_id' => '']],
            'no token' => [['access_token' => '']],
            'neither' => [['ad_account_id' => '', 'access_token' => '']],
            'off' => [['enabled' => false]],
        ];
    }

    /** @dataProvider halves */
    #[DataProvider('halves')]
    public function testHalfASetupIsNotAsked(array $settings): void
    {
        $probe = self::ask($settings);
        self::assertFalse($probe->isAsked);
        self::assertNotSame('', $probe->words);
        self::assertSame([], Relay::$made);
    }

    public function testASpoolInTroubleIsToldInsteadOfPinterestsAnswer(): void
    {
        Relay::$throws['__construct'] = new SpoolException('', 'full');
        self::assertStringContainsString('full', self::ask()->words);
    }

    public function testAPanicIsNoAnswer(): void
    {
        Relay::$throws['sendTest'] = new \Error('a panic');
        self::assertSame([false, false], [self::ask()->isAsked, self::ask()->isAccepted]);
    }
}
