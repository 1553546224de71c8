<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Relay;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Tests\Rig;

/** What web requests remember of the place, for the command line and for each other. */
final class SpoolTest extends TestCase
{
    private const NOW = 1795000000;

    private string $disk;

    protected function setUp(): void
    {
        Rig::reset();
        $this->disk = sys_get_temp_dir() . '/pinrelay-spools-' . bin2hex(random_bytes(6));
        mkdir($this->disk . '/a', 0700, true);
    }

    protected function tearDown(): void
    {
        Disk::remove($this->disk);
    }

    private function settle(string $name, int $now = self::NOW): void
    {
        $settings = new Settings(spoolDir: $this->disk . $name);
        (new Spool($settings, static fn (): string => str_repeat('0', 32), true))->settle($now);
    }

    private static function placeAtTerminal(): ?string
    {
        return (new Spool(new Settings(), static fn (): string => str_repeat('0', 32), false))->place()?->dir;
    }

    public function testServersWithFoldersInDifferentPlacesDoNotWriteOverEachOther(): void
    {
        $this->settle('/a');
        $this->settle('/of another server');
        $known = get_option(Spool::OPTION);
        $this->settle('/a', self::NOW + 60);
        self::assertSame($known, get_option(Spool::OPTION));
    }

    public function testTheCommandLineTakesTheFolderThatIsOnItsDisk(): void
    {
        $this->settle('/a');
        $this->settle('/of another server');
        self::assertSame($this->disk . '/a', self::placeAtTerminal());
    }

    public function testAServerThatReturnsToAnEarlierFolderIsFollowed(): void
    {
        mkdir($this->disk . '/b');
        $this->settle('/a');
        $this->settle('/b');
        self::assertSame($this->disk . '/b', self::placeAtTerminal());
        $this->settle('/a');
        self::assertSame($this->disk . '/a', self::placeAtTerminal());
    }

    public function testFoldersOfOldDeploymentsAreForgotten(): void
    {
        for ($release = 1; $release <= 30; $release++) {
            $this->settle('/release-' . $release);
        }
        self::assertCount(10, Spool::known());
        self::assertSame($this->disk . '/release-30', array_key_last(Spool::known()));
    }

    public function testWithoutAnyWebRequestTheCommandLineKnowsNone(): void
    {
        self::assertNull(self::placeAtTerminal());
    }
}
