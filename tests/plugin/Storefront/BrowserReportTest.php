<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Storefront;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Storefront\BrowserReport;
use Pinrelay\WooCommerce\Support\Guard;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class BrowserReportTest extends TestCase
{
    private OutboxTransitions $outbox;
    private BrowserReport $report;

    protected function setUp(): void
    {
        Site::reset();
        $this->outbox = new OutboxTransitions(Site::$database);
        $this->outbox->accept(71, 'event-71', '549755885175', 1795000000);
        $this->outbox->accept(72, 'event-72', '549755885175', 1795000000);
        $this->report = new BrowserReport($this->outbox, 'secret', new Guard());
    }

    private function take(mixed $token, mixed $word): int
    {
        return $this->report->take((string) json_encode(['token' => $token, 'browser' => $word]));
    }

    private function token(int $orderId): string
    {
        return $this->report->invite($orderId)['token'];
    }

    public function testTheBuyersPageSaysWhatBecameOfItsHalf(): void
    {
        self::assertSame(204, $this->take($this->token(71), 'blocked'));
        self::assertSame('blocked', $this->outbox->find(71)?->browser);
        self::assertSame(204, $this->take($this->token(71), 'fired'));
        self::assertSame(204, $this->take($this->token(71), 'blocked'));
        self::assertSame('fired', $this->outbox->find(71)?->browser, 'what has fired is not taken back');
        self::assertNull($this->outbox->find(72)?->browser);
    }

    public function testNobodySpeaksForAnotherOrder(): void
    {
        $signature = explode('.', $this->token(71))[1];
        foreach (["72.$signature", '72.', '72', '', "71.$signature ", "071.$signature"] as $token) {
            self::assertSame(403, $this->take($token, 'fired'), $token);
        }
        $other = new BrowserReport($this->outbox, 'the secret of another shop', new Guard());
        self::assertSame(403, $this->take($other->invite(72)['token'], 'fired'));
        self::assertNull($this->outbox->find(72)?->browser);
    }

    public function testOtherWordsAreNotUnderstood(): void
    {
        foreach (['delivered', '', null, ['fired'], 1] as $word) {
            self::assertSame(400, $this->take($this->token(71), $word));
        }
        foreach (['', '{', '[]', '"fired"', str_repeat(' ', 1001)] as $body) {
            self::assertSame(400, $this->report->take($body));
        }
        self::assertNull($this->outbox->find(71)?->browser);
    }
}
