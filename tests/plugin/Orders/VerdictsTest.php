<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\Verdicts;

final class VerdictsTest extends TestCase
{
    private const ENTERED = 1000;

    private static function decide(
        string $verdict,
        string $state = OutboxRow::QUEUED,
        ?string $mark = null,
        ?string $browser = null,
        int $at = self::ENTERED + 1,
    ): ?array {
        $row = new OutboxRow(71, 'id', '5', $state, $mark, browser: $browser, updatedAt: self::ENTERED);
        return Verdicts::decide($row, ['verdict' => $verdict, 'at' => $at]);
    }

    /** @return list<array{string}> */
    public static function finalWords(): array
    {
        return [['delivered'], ['rejected'], ['expired'], ['unconfirmed']];
    }

    /** @dataProvider finalWords */
    #[DataProvider('finalWords')]
    public function testAFinalWordSettlesAQueuedOrder(string $verdict): void
    {
        self::assertSame(['settle', $verdict], self::decide($verdict));
    }

    /** @dataProvider finalWords */
    #[DataProvider('finalWords')]
    public function testAFinalWordSettlesAnOrderThatHadReturnedToPending(string $verdict): void
    {
        self::assertSame(['settle', $verdict], self::decide($verdict, OutboxRow::PENDING, at: self::ENTERED - 1));
    }

    /** @dataProvider finalWords */
    #[DataProvider('finalWords')]
    public function testAFinalWordCountsForACancelledOrderToo(string $verdict): void
    {
        self::assertSame(['settle', $verdict], self::decide($verdict, mark: OutboxRow::WITHDRAW));
    }

    public function testWhatIsSettledOrOnlyNotedStaysAsItIs(): void
    {
        self::assertNull(self::decide('delivered', OutboxRow::SETTLED));
        self::assertNull(self::decide('delivered', OutboxRow::NOTED));
    }

    public function testALateOrderIsCoveredByABrowserHalfThatFired(): void
    {
        self::assertSame(['settle', 'covered'], self::decide('late', browser: OutboxRow::FIRED));
    }

    /** @return list<array{?string}> */
    public static function halvesThatMayBeMissing(): array
    {
        return [[OutboxRow::BLOCKED], [null]];
    }

    /** @dataProvider halvesThatMayBeMissing */
    #[DataProvider('halvesThatMayBeMissing')]
    public function testALateOrderIsSentAllTheSameWhereTheBrowserHalfMayBeMissing(?string $browser): void
    {
        self::assertSame(['release', OutboxRow::LATE], self::decide('late', browser: $browser));
    }

    public function testACancelledOrderThatIsLateIsNotSentAgain(): void
    {
        self::assertSame(['settle', 'withdrawn'], self::decide('late', mark: OutboxRow::WITHDRAW));
    }

    public function testAWithdrawalThatWasAskedForSettles(): void
    {
        self::assertSame(['settle', 'withdrawn'], self::decide('withdrawn', mark: OutboxRow::WITHDRAW));
    }

    public function testAWithdrawalThatIsRegrettedSendsTheOrderAgain(): void
    {
        self::assertSame(['release', ''], self::decide('withdrawn'));
    }

    public function testASaleThatWasCancelledAndPaidWithinASecondIsSentAgainAtOnce(): void
    {
        self::assertSame(['release', ''], self::decide('withdrawn', at: self::ENTERED));
    }

    public function testLatenessOfTheSameSecondMayBeOfTheStayBefore(): void
    {
        self::assertNull(self::decide('late', at: self::ENTERED));
    }

    /** @return list<array{string}> */
    public static function returningWords(): array
    {
        return [['late'], ['withdrawn']];
    }

    /** @dataProvider returningWords */
    #[DataProvider('returningWords')]
    public function testAVerdictReadASecondTimeDoesNotSendTheOrderAgain(string $verdict): void
    {
        self::assertNull(self::decide($verdict, at: self::ENTERED - 1));
        self::assertNull(self::decide($verdict, OutboxRow::PENDING));
    }

    public function testARefusalThatIsReadAgainAfterTheOrderWasSentAgainIsNoNews(): void
    {
        self::assertNull(self::decide('rejected', at: self::ENTERED - 1));
        self::assertSame(['settle', 'delivered'], self::decide('delivered', at: self::ENTERED - 1));
    }

    public function testAVerdictOfANewerExtensionIsLeftAlone(): void
    {
        self::assertNull(self::decide('postponed'));
    }
}
