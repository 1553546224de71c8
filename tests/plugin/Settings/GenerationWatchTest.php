<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Settings;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\GenerationWatch;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class GenerationWatchTest extends TestCase
{
    private const NOW = 1795000000;
    private const STORED = ['enabled' => true, 'ad_account_id' => '5', 'access_token' => 'pina_one'];

    protected function setUp(): void
    {
        Site::reset();
    }

    /** One request with these settings. @param array<string, mixed> $stored */
    private static function look(array $stored, int $now, array $constants = []): string
    {
        update_option(SettingsStore::OPTION, $stored);
        (new GenerationWatch(new SettingsStore(new Constants($constants)), new State()))->look($now);
        return serialize((new State())->all());
    }

    public function testARetiredAccountsTokenIsGoneAfterItsTermWithoutAnybodyChangingSettings(): void
    {
        self::look(self::STORED, self::NOW);
        $other = ['ad_account_id' => '6', 'access_token' => 'pina_two'] + self::STORED;
        self::assertStringContainsString('pina_one', self::look($other, self::NOW + 1));
        $generation = (new State())->get('generation');
        self::assertStringNotContainsString('pina_one', self::look($other, self::NOW + 8 * 86400));
        self::assertSame($generation, (new State())->get('generation'));
    }

    public function testOneWhoDeletesTheTokenHasNoneLeft(): void
    {
        self::look(self::STORED, self::NOW);
        self::look(['ad_account_id' => '6', 'access_token' => 'pina_two'] + self::STORED, self::NOW + 1);
        $deleted = ['ad_account_id' => '6', 'access_token' => ''] + self::STORED;
        self::assertStringNotContainsString('pina_', self::look($deleted, self::NOW + 2));
    }

    public function testASwitchedOffShopDeletesThemAsWell(): void
    {
        self::look(self::STORED, self::NOW);
        $off = ['enabled' => false, 'ad_account_id' => '', 'access_token' => ''] + self::STORED;
        self::assertStringNotContainsString('pina_', self::look($off, self::NOW + 2));
    }

    public function testATokenThatAConstantMadeIdleGoesFromTheStateWhenItIsDeleted(): void
    {
        self::look(self::STORED, self::NOW);
        $constants = ['ACCESS_TOKEN' => 'pina_one'];
        $state = self::look(['access_token' => ''] + self::STORED, self::NOW + 2, $constants);
        self::assertStringNotContainsString('pina_', $state);
    }
}
