<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Orders;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\OutboxRow;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Tests\Support\Site;

/** A refusal reaches a row wherever it stands; silence takes back only what is not over. */
final class RefusalTest extends TestCase
{
    private const VISITOR = '6f1c0c1e-8a52-4b6e-9d7a-2f4f7b9b1c3d';
    private const CONTEXT = ['ip' => '203.0.113.9', 'external_id' => self::VISITOR];
    private const SALE = ['event_name' => 'checkout', 'value' => '7'];
    private const OPEN = [OutboxRow::PENDING, OutboxRow::QUEUED];

    private OutboxTransitions $outbox;

    protected function setUp(): void
    {
        Site::reset();
        $this->outbox = new OutboxTransitions(Site::$database);
    }

    /** @return array<string, array{string, list<?string>, list<?string>}> a row; state, verdict, consent afterwards */
    public static function rows(): array
    {
        $forgotten = ['settled', 'refused', 'refused'];
        $silent = ['settled', 'refused', 'unanswered'];
        $marked = ['queued', 'withdraw', 'refused'];
        $rows = [
            'none' => [$forgotten, $silent],
            'noted' => [$forgotten, $silent],
            'held' => [$forgotten, $silent],
            'pending' => [$forgotten, $silent],
            'pending late' => [$forgotten, $silent],
            'queued' => [$marked, $marked],
            'queued late' => [$marked, $marked],
            'queued withdraw' => [$marked, $marked],
            'settled withdrawn' => [$forgotten, $silent],
            'settled withdrawn refused' => [$forgotten, $forgotten],
            'settled rejected' => [$forgotten, $forgotten],
            'settled unanswered' => [$forgotten, $silent],
            'settled refused' => [$forgotten, $forgotten],
        ];
        foreach (['delivered', 'unconfirmed', 'covered', 'expired', 'invalid', 'tag_only'] as $verdict) {
            $rows["settled {$verdict}"] = [['settled', $verdict, 'refused'], ['settled', $verdict, 'granted']];
        }
        $rows['settled delivered ended'] = $rows['settled delivered'];
        return array_combine(
            array_keys($rows),
            array_map(static fn (string $row, array $after): array => [$row, ...$after], array_keys($rows), $rows),
        );
    }

    private function make(string $row): void
    {
        [$state, $word, $more] = [...explode(' ', $row), '', ''];
        if ($row === 'none') {
            return;
        }
        if (in_array($row, ['settled unanswered', 'settled refused'], true)) {
            $this->outbox->refuse(71, 100, $word);
            return;
        }
        $this->outbox->note(71, self::CONTEXT, 'granted', 100);
        if ($state === 'held') {
            $this->outbox->hold(71, 150, 100);
        }
        if ($state === 'noted' || $state === 'held') {
            return;
        }
        $this->outbox->accept(71, 'id', '5', 200, null, self::SALE, $word === 'tag_only' ? $word : '');
        if ($word === 'late') {
            $this->outbox->claim(71, 'node-a', 201);
            $this->outbox->release(71, 'node-a', 201, 202, OutboxRow::LATE);
        }
        if ($state === 'queued') {
            $this->outbox->claim(71, 'node-a', 203);
            $word === 'withdraw' && $this->outbox->wishWithdrawn(71);
        }
        if ($state === 'settled' && $word !== 'tag_only') {
            // Refused while a spool held it, which has given it back since.
            $more === 'refused' && $this->outbox->claim(71, 'node-a', 203) && $this->outbox->refuse(71, 204);
            $this->outbox->settle(71, $word, null, 250, self::OPEN, '5');
            $more === 'ended' && $this->outbox->ended(71, true);
        }
    }

    /**
     * @dataProvider rows
     * @param list<?string> $after
     */
    #[DataProvider('rows')]
    public function testItReaches(string $row, array $after): void
    {
        $this->make($row);
        $this->outbox->refuse(71, 300);
        $found = $this->outbox->find(71);
        self::assertSame($after, [$found->state, $found->verdict, $found->consent]);
        self::assertSame([[], [], '', ''], [$found->context, $found->event, $found->buyer, $found->tagHolder]);
        self::assertFalse($found->isAccepted(), 'its browser half');
        self::assertFalse($this->outbox->agree(71, self::CONTEXT, 301, 0, true), 'a word of consent that comes late');
        self::assertFalse($this->outbox->wishKept(71), 'the order is paid after all');
        self::assertFalse($this->outbox->accept(71, 'id', '5', 301), 'a later payment');
        $this->assertNumbersAreRight();
    }

    /**
     * @dataProvider rows
     * @param list<?string> $refused
     * @param list<?string> $after
     */
    #[DataProvider('rows')]
    public function testSilenceAtAnotherTry(string $row, array $refused, array $after): void
    {
        $this->make($row);
        $this->outbox->refuse(71, 300, OutboxRow::UNANSWERED);
        $found = $this->outbox->find(71);
        self::assertSame($after, [$found->state, $found->verdict, $found->consent]);
        $isUnanswered = $found->consent === OutboxRow::UNANSWERED;
        self::assertSame($isUnanswered, $this->outbox->agree(71, self::CONTEXT, 301, 0, true));
        self::assertSame($isUnanswered ? OutboxRow::NOTED : $after[0], $this->outbox->find(71)->state);
        $this->assertNumbersAreRight();
    }

    /** @return list<array{string}> */
    public static function open(): array
    {
        return [['noted'], ['pending'], ['settled withdrawn'], ['settled unanswered'], ['settled refused']];
    }

    /** @dataProvider open */
    #[DataProvider('open')]
    public function testWhoTriesTheSameOrderAgainMayHaveChangedHisMind(string $row): void
    {
        $this->make($row);
        $this->outbox->refuse(71, 300);
        $this->outbox->note(71, self::CONTEXT, 'granted', 301);
        self::assertSame(self::CONTEXT, $this->outbox->find(71)->context);
        self::assertTrue($this->outbox->accept(71, 'id', '5', 302));
        $this->assertNumbersAreRight();
    }

    public function testWhatTheOwnerHasDiscardedDoesNotComeBackThatWay(): void
    {
        $this->outbox->accept(71, 'id', '5', 200);
        $this->outbox->settle(71, 'withdrawn', 'Discarded by the owner.', 250, self::OPEN);
        $this->outbox->refuse(71, 300);
        $this->outbox->note(71, self::CONTEXT, 'granted', 301);
        self::assertFalse($this->outbox->accept(71, 'id', '5', 302));
        self::assertSame('Discarded by the owner.', $this->outbox->find(71)->message);
    }

    private function assertNumbersAreRight(): void
    {
        $numbers = $this->outbox->verdicts();
        $this->outbox->recount();
        self::assertSame($numbers, $this->outbox->verdicts());
    }
}
