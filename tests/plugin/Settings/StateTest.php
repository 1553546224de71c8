<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Settings;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class StateTest extends TestCase
{
    protected function setUp(): void
    {
        Site::reset();
    }

    public function testWhatAnotherRequestPutsMeanwhileStays(): void
    {
        $state = new State();
        $state->put(['generation' => 1]);
        Site::$database->before = static fn () => (new State())->put(['beside_official' => true]);
        $state->put(['revision' => 7]);
        self::assertEquals(['generation' => 1, 'beside_official' => true, 'revision' => 7], $state->all());
    }

    public function testNothingIsWrittenThatIsThere(): void
    {
        $state = new State();
        $state->put(['generation' => 1]);
        Site::$database->before = static fn () => self::fail('it was written');
        $state->put(['generation' => 1]);
        self::assertSame(['generation' => 1], $state->all());
    }
}
