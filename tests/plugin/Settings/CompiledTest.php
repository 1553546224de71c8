<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Settings;

use PHPUnit\Framework\Attributes\DataProvider;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\ConfigFile;
use Pinrelay\WooCommerce\Collect\LiveConfig;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Settings\Compiled;
use Pinrelay\WooCommerce\Settings\Compiler;
use Pinrelay\WooCommerce\Settings\Constants;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Tests\Rig;
use Pinrelay\WooCommerce\Tests\Support\Site;

final class CompiledTest extends TestCase
{
    private const NOW = 1795000000;

    private string $refused;
    private Rig $rig;

    protected function setUp(): void
    {
        Rig::reset();
        $this->rig = new Rig();
        (new State())->secret();
        [Site::$isReadOnly, Site::$refused] = [false, 0];
        $_SERVER['HTTP_HOST'] = 'shop.example';
        $this->refused = sys_get_temp_dir() . '/pinrelay-refused-' . bin2hex(random_bytes(4));
    }

    protected function tearDown(): void
    {
        Site::$isReadOnly = false;
        unset($_SERVER['HTTP_HOST']);
        @unlink($this->refused);
    }

    private function keep(int $now = self::NOW): void
    {
        $file = new ConfigFile('/plugins/pinrelay', 1);
        $compiler = new Compiler($this->rig->store, $this->rig->state, $this->rig->relays, $file, $this->refused);
        $compiler->keep(static fn (): array => ['is_active' => true], $now);
    }

    public function testAPageFindsWhatTheOneBeforeHasMade(): void
    {
        self::assertNull(Compiled::read());
        $this->keep();
        $found = Compiled::read();
        self::assertSame(['is_active' => true], $found?->page());
        self::assertEquals($this->rig->store->settings(), $found->settings());
    }

    /** @dataProvider options */
    #[DataProvider('options')]
    public function testItHoldsGoodUntilAnyOptionChangesThatItIsMadeOf(string $option): void
    {
        $this->keep();
        self::assertNotNull(Compiled::read());
        if ($option === 'home' || $option === 'siteurl') {
            Site::$home = 'https://moved.example';
        } else {
            update_option($option, ['changed' => true]);
        }
        self::assertNull(Compiled::read());
    }

    /** @return array<string, array{string}> */
    public static function options(): array
    {
        $rows = array_map(static fn (string $name): array => [$name], Compiled::OPTIONS);
        return array_combine(Compiled::OPTIONS, $rows);
    }

    public function testItIsMadeOfAllThatCollectsSettingsAreMadeOfAndOfEachConstant(): void
    {
        $options = [...LiveConfig::OPTIONS, State::OPTION, State::SECRET, Spool::OPTION];
        self::assertSame([], array_diff($options, Compiled::OPTIONS));
        $constants = array_map(static fn (string $name): string => 'PINRELAY_' . $name, Constants::NAMES);
        self::assertSame([], array_diff($constants, Compiled::CONSTANTS));
    }

    public function testTheTokenIsNotInIt(): void
    {
        $this->keep();
        self::assertStringContainsString('pina_secret', serialize(get_option(SettingsStore::OPTION)));
        self::assertStringNotContainsString('pina_secret', serialize(get_option(Compiled::OPTION)));
        self::assertSame('pina_secret', Compiled::read()?->token());
    }

    public function testADatabaseThatTakesNoWritesIsNotAskedByEachPage(): void
    {
        Site::$isReadOnly = true;
        $this->keep();
        $this->keep(self::NOW + 1);
        $this->keep(self::NOW + 59);
        self::assertSame(1, Site::$refused);
        $this->keep(self::NOW + 61);
        self::assertSame(2, Site::$refused);
    }

    public function testWebServersThatDifferDoNotWriteItToAndFroWithEachPage(): void
    {
        $made = [];
        for ($page = 0; $page < 100; ++$page) {
            update_option('permalink_structure', "/{$page}/");
            $this->keep();
            $made[] = serialize(get_option(Compiled::OPTION));
        }
        self::assertLessThanOrEqual(20, count(array_unique($made)));
    }

    public function testAHostThatIsNoneOfTheShopsTakesNoPlace(): void
    {
        $this->keep();
        $_SERVER['HTTP_HOST'] = 'made-up.example';
        $this->keep();
        self::assertNull(Compiled::read()?->page());
    }
}
