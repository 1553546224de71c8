<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\Config;
use Pinrelay\WooCommerce\Collect\ConfigFile;

final class ConfigFileTest extends TestCase
{
    private string $content;
    private ConfigFile $file;

    protected function setUp(): void
    {
        $this->content = sys_get_temp_dir() . '/pinrelay-content-' . bin2hex(random_bytes(6));
        mkdir($this->content . '/plugins/pinrelay', 0700, true);
        $this->file = new ConfigFile($this->content . '/plugins/pinrelay', 3);
    }

    protected function tearDown(): void
    {
        array_map('unlink', (array) glob($this->content . '/*.php'));
        array_map('rmdir', ["$this->content/plugins/pinrelay", "$this->content/plugins", $this->content]);
    }

    private static function config(string $key = "it's <?php a key"): Config
    {
        $of = 'https://shop.example/';
        return new Config($of, ['shop.example'], $key, ['test' => false], [], ['epik'], 'de', '/r', [], 'off', ['CA']);
    }

    public function testWhatIsKeptIsReadBackForThatSiteOfTheNetwork(): void
    {
        $this->file->keep(self::config());
        self::assertEquals(self::config(), $this->file->read());
        self::assertNull((new ConfigFile($this->content . '/plugins/pinrelay', 4))->read());
    }

    public function testARequestForTheFileAnswersNothingAndOthersMayNotReadIt(): void
    {
        $this->file->keep(self::config());
        $this->expectOutputString('');
        include $this->file->path();
        self::assertSame(0600, fileperms($this->file->path()) & 0777);
    }

    public function testNothingIsWrittenWhereNothingChanged(): void
    {
        $this->file->keep(self::config());
        // Writing replaces the file; its time would say so only where the clock is the kernel's.
        $before = fileinode($this->file->path());
        $this->file->keep(self::config());
        clearstatcache();
        self::assertSame($before, fileinode($this->file->path()));
        $this->file->keep(self::config('another'));
        self::assertSame('another', $this->file->read()?->key);
    }

    public function testItGoesWhenThereIsNothingToCollect(): void
    {
        $this->file->keep(self::config());
        $this->file->keep(null);
        self::assertSame([], glob($this->content . '/*.php'));
        $this->file->keep(null);
    }

    public function testAFileOfAnotherVersionIsNone(): void
    {
        file_put_contents($this->file->path(), '<?php return ["home" => 1];');
        self::assertNull($this->file->read());
        file_put_contents($this->file->path(), '<?php return 7;');
        self::assertNull($this->file->read());
    }
}
