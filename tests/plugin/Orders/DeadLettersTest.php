<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\TestCase;
use Pinrelay\Relay;
use Pinrelay\SpoolException;
use Pinrelay\WooCommerce\Orders\DeadLetters;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Tests\Rig;

final class DeadLettersTest extends TestCase
{
    private const NOW = 1795000600;

    private Rig $rig;
    private DeadLetters $letters;

    protected function setUp(): void
    {
        Rig::reset();
        $this->rig = new Rig();
        $this->letters = new DeadLetters($this->rig->outbox);
        $this->rig->pendingRow(71, 1795000000);
        $this->rig->outbox->settle(71, 'rejected', 'currency: no', 1795000100, [OutboxRow::PENDING]);
        Relay::$rejected = [
            ['event_id' => 'event-71', 'event_name' => 'checkout', 'at' => 1795000100, 'message' => 'currency: no'],
            ['event_id' => 'cart', 'event_name' => 'add_to_cart', 'at' => 1795000050, 'message' => 'value: no'],
        ];
    }

    public function testARefusedSaleIsNamedByItsOrder(): void
    {
        $newest = $this->letters->newest($this->rig->relays->relay(), 50);
        self::assertSame([71, null], array_column($newest, 'order_id'));
    }

    public function testASaleThatIsSentAgainAwaitsItsVerdictAgain(): void
    {
        self::assertSame(2, $this->retry(['event-71', 'cart']));
        self::assertSame(['event-71', 'cart'], Relay::$retried);
        $row = $this->rig->row();
        self::assertSame(
            [OutboxRow::QUEUED, null, 'node-a', self::NOW],
            [$row->state, $row->verdict, $row->node, $row->updatedAt],
        );
    }

    public function testAnEventThatIsNotThereAnyMoreStaysRefused(): void
    {
        Relay::$rejected = [];
        self::assertSame(0, $this->retry(['event-71']));
        $row = $this->rig->row();
        self::assertSame(
            [OutboxRow::SETTLED, 'rejected', 'currency: no'],
            [$row->state, $row->verdict, $row->message],
        );
    }

    public function testAFullSpoolLeavesTheSaleRefused(): void
    {
        Relay::$throws['retry'] = new SpoolException('No space left on device', 'full');
        try {
            $this->retry(['event-71']);
            self::fail('It must say so.');
        } catch (SpoolException) {
            self::assertSame('rejected', $this->rig->row()->verdict);
        }
    }

    public function testWhatIsDiscardedIsShownNoMoreUntilItIsRefusedAnew(): void
    {
        $relay = $this->rig->relays->relay();
        $this->letters->discard(['cart'], self::NOW);
        self::assertSame(['event-71'], array_column($this->letters->newest($relay, 50), 'event_id'));
        Relay::$rejected[1]['at'] = self::NOW + 60;
        self::assertCount(2, $this->letters->newest($relay, 50));
    }

    public function testAWeekLaterADiscardIsForgottenAsTheLetterIs(): void
    {
        $this->letters->discard(['cart'], self::NOW);
        $this->letters->discard(['event-71'], self::NOW + 7 * 86400);
        self::assertSame(['event-71' => self::NOW + 7 * 86400], get_option(DeadLetters::OPTION));
    }

    public function testADeliveredSaleIsNeverPutBack(): void
    {
        $this->rig->pendingRow(72, 1795000000);
        $this->rig->outbox->settle(72, 'delivered', null, 1795000100, [OutboxRow::PENDING]);
        self::assertSame(0, $this->retry(['event-72']));
        self::assertSame('delivered', $this->rig->row(72)->verdict);
    }

    public function testASaleWhoseVisitorTookConsentBackIsNotPutBackByAnybody(): void
    {
        $this->rig->hooks->refuse(71);
        self::assertSame(['refused', 'refused'], [$this->rig->row()->verdict, $this->rig->row()->consent]);
        self::assertSame(1, $this->retry(['event-71', 'cart']), 'the other one is');
        self::assertSame(['cart'], Relay::$retried);
        self::assertSame(['event-71'], array_values(array_unique(Relay::$withdrawn)), 'and the letter goes');
        self::assertSame([OutboxRow::SETTLED, 'refused'], [$this->rig->row()->state, $this->rig->row()->verdict]);
    }

    /** @param list<string> $ids */
    private function retry(array $ids): int
    {
        return $this->letters->retry($this->rig->relays->relay(), 'node-a', $ids, self::NOW);
    }
}
