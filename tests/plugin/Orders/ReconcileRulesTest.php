<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\ReconcileRules;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Status\Verdict;

final class ReconcileRulesTest extends TestCase
{
    private const NOW = 1795000000;
    private const ACTIVATED = self::NOW - 30 * 86400;
    private const MINUTE = 60;

    /** @return array<string, array{array<string, mixed>, ?string, ?string}> over a pending row; move and reason */
    public static function rows(): array
    {
        $queued = ['state' => OutboxRow::QUEUED, 'node' => 'node-b'];
        $settled = ['state' => OutboxRow::SETTLED];
        return [
            'seen at checkout: the order decides' => [['state' => OutboxRow::NOTED], null, null],
            'pending' => [[], 'send', 'send_on_time'],
            'pending for two hours' => [['eventTime' => self::NOW - 7200], 'send', 'send_late'],
            'pending, and the browser half stands for it' =>
                [['eventTime' => self::NOW - 7200, 'browser' => OutboxRow::FIRED], 'send', 'covered'],
            'pending for a week' => [['eventTime' => self::NOW - 8 * 86400], 'send', 'expired'],
            'queued on a live node' => [['node' => 'alive'] + $queued, 'leave', 'waiting'],
            'queued on a silent node' => [$queued, 'fetch', 'send_on_time'],
            'queued just now on a node that was never heard of' =>
                [$queued + ['updatedAt' => self::NOW - 14 * self::MINUTE], 'leave', 'waiting'],
            'delivered' => [$settled + ['verdict' => 'delivered'], 'leave', 'delivered'],
            'refused by Pinterest' => [$settled + ['verdict' => 'rejected'], 'leave', 'rejected'],
            'without consent' => [$settled + ['verdict' => 'refused', 'consent' => 'refused'], 'leave', 'refused'],
            'cancelled once: the order decides' => [$settled + ['verdict' => 'withdrawn'], null, null],
            'left out by a filter' =>
                [$settled + ['verdict' => 'withdrawn', 'message' => 'a filter'], 'leave', 'withdrawn'],
            'cancelled, and consent withdrawn' =>
                [$settled + ['verdict' => 'withdrawn', 'consent' => 'refused'], 'leave', 'withdrawn'],
        ];
    }

    /** @dataProvider rows */
    #[DataProvider('rows')]
    public function testARowDecidesWhereTheOrderHasGoneItsWay(array $row, ?string $move, ?string $reason): void
    {
        $row = new OutboxRow(...$row + [
            'orderId' => 71,
            'eventId' => 'event-71',
            'destination' => '5',
            'state' => OutboxRow::PENDING,
            'eventTime' => self::NOW - 10 * self::MINUTE,
            'updatedAt' => self::NOW - 20 * self::MINUTE,
        ]);
        $decision = ReconcileRules::ofRow($row, self::NOW, static fn (string $node): bool => $node !== 'alive');
        self::assertSame([$move, $reason], [$decision['move'] ?? null, $decision['reason'] ?? null]);
    }

    public function testAnOrderWithoutARowIsAskedItself(): void
    {
        self::assertNull(ReconcileRules::ofRow(null, self::NOW, static fn (): bool => true));
    }

    /** @return array<string, array{array<string, mixed>, string, string, ?int}> over a paid order of this hour */
    public static function orders(): array
    {
        $paid = self::NOW - 10 * self::MINUTE;
        return [
            'paid, and no hook told of it' => [[], 'accept', 'send_on_time', $paid],
            'missed for hours' => [['date_paid' => self::NOW - 7200], 'accept', 'send_late', self::NOW - 7200],
            'missed for a week' =>
                [['date_paid' => self::NOW - 8 * 86400], 'accept', 'expired', self::NOW - 8 * 86400],
            'paid a moment ago' => [['date_paid' => self::NOW - 170], 'leave', 'too_young', null],
            'paid while switched off' => [['date_paid' => self::NOW - 5 * 86400], 'leave', 'switched_off', null],
        ];
    }

    /** @dataProvider orders */
    #[DataProvider('orders')]
    public function testAnAcceptedOrderIsSentWithTheTimeOfItsAcceptance(
        array $order,
        string $move,
        string $reason,
        ?int $at,
    ): void {
        $floor = $reason === 'switched_off' ? self::NOW - 86400 : 0;
        $decision = ReconcileRules::ofOrder(
            $order + $this->order(),
            null,
            true,
            true,
            new Settings(adAccountId: '5'),
            self::ACTIVATED,
            $floor,
            self::NOW,
        );
        self::assertSame(['move' => $move, 'reason' => $reason, 'at' => $at], $decision);
    }

    /** @return array<string, array{array<string, mixed>, string}> */
    public static function unwanted(): array
    {
        return [
            'cancelled' => [['status' => 'cancelled'], 'no_sale'],
            'in the trash' => [['status' => 'trash'], 'no_sale'],
            'not paid' => [['status' => 'pending', 'is_paid' => false, 'date_paid' => null], 'not_yet'],
            'of a program' => [['created_via' => 'rest-api'], 'other_source'],
            'of another order' => [['parent_id' => 70], 'sub_order'],
            'before activation' => [['date_created' => self::ACTIVATED - 1], 'before'],
            'by the policy a purchase, but not by a filter' => [[], 'filtered'],
        ];
    }

    /** @dataProvider unwanted */
    #[DataProvider('unwanted')]
    public function testAnOrderThatIsNotAcceptedSaysWhy(array $order, string $reason): void
    {
        $settings = new Settings(adAccountId: '5');
        $order += $this->order();
        $decision = ReconcileRules::ofOrder($order, null, false, true, $settings, self::ACTIVATED, 0, self::NOW);
        self::assertSame(ReconcileRules::leave($reason), $decision);
    }

    public function testAnOrderWhoseVisitorWasNotSeenIsNotToldOfWhereThatNeedsConsent(): void
    {
        $settings = new Settings(adAccountId: '5');
        $noted = new OutboxRow(71, '', '', OutboxRow::NOTED, consent: 'granted');
        $decide = fn (?OutboxRow $row): array => ReconcileRules::ofOrder(
            $this->order(),
            $row,
            true,
            false,
            $settings,
            self::ACTIVATED,
            0,
            self::NOW,
        );
        self::assertSame(ReconcileRules::leave('refused'), $decide(null));
        self::assertSame('accept', $decide($noted)['move'], 'this one has agreed');
    }

    public function testWithoutTheServerHalfAnOrderIsNotedAsTheBrowsersAlone(): void
    {
        $decide = fn (Settings $settings): array =>
            ReconcileRules::ofOrder($this->order(), null, true, true, $settings, self::ACTIVATED, 0, self::NOW);
        self::assertSame('tag_only', $decide(new Settings())['reason']);
        $off = new Settings(adAccountId: '5', events: ['checkout' => ['tag' => true, 'api' => false]]);
        self::assertSame('tag_only', $decide($off)['reason']);
    }

    public function testEveryReasonIsSaidInASentence(): void
    {
        $file = (string) file_get_contents((new \ReflectionClass(ReconcileRules::class))->getFileName());
        preg_match_all("/(?:leave\('|=> '|'reason' => ')([a-z_]+)'/", $file, $found);
        $verdicts = ['send_on_time', 'send_late', 'covered', 'expired', 'delivered', 'rejected', 'unconfirmed',
            'withdrawn', 'invalid', 'refused', 'no_order', 'unreadable'];
        self::assertContains('too_young', $found[1]);
        foreach ([...$found[1], ...$verdicts] as $reason) {
            self::assertMatchesRegularExpression('/^[A-Z].+\.$/', Verdict::sentenceOf($reason), $reason);
        }
    }

    /** @return array<string, mixed> as OrderSnapshot::of() gives it */
    private function order(): array
    {
        return [
            'status' => 'processing',
            'created_via' => 'checkout',
            'parent_id' => 0,
            'payment_method' => 'card',
            'is_paid' => true,
            'date_paid' => self::NOW - 10 * self::MINUTE,
            'date_completed' => null,
            'date_created' => self::NOW - 11 * self::MINUTE,
        ];
    }
}
