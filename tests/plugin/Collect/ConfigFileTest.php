<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Collect;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Collect\Config;
use Pinrelay\WooCommerce\Collect\ConfigFile;

final class ConfigFileTest extends TestCase
{
    private const NOW = 1795000000;

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
        array_map('unlink', [...glob($this->content . '/*.php'), ...glob($this->content . '/.p*')]);
        array_map('rmdir', ["$this->content/plugins/pinrelay", "$this->content/plugins", $this->content]);
    }

    private static function config(string $key = "it's <?php a key", int $revision = 7): Config
    {
        $hosts = ['shop.example'];
        return new Config($revision, $hosts, '3_', $key, ['test' => false], [], ['epik'], '/r', [], 'off', '', ['CA']);
    }

    public function testWhatIsKeptIsReadBackForThatSiteOfTheNetwork(): void
    {
        $this->file->keep(self::config(), self::NOW);
        self::assertEquals(self::config(), $this->file->read());
        self::assertNull((new ConfigFile($this->content . '/plugins/pinrelay', 4))->read());
    }

    public function testARequestForTheFileAnswersNothingAndOthersMayNotReadIt(): void
    {
        $this->file->keep(self::config(), self::NOW);
        $this->expectOutputString('');
        include $this->file->path();
        self::assertSame(0600, fileperms($this->file->path()) & 0777);
    }

    public function testNothingIsWrittenWhereNothingChanged(): void
    {
        $this->file->keep(self::config(), self::NOW);
        $before = fileinode($this->file->path());
        touch($this->file->path(), self::NOW - 60);
        $this->file->keep(self::config(), self::NOW);
        clearstatcache();
        self::assertSame([$before, self::NOW - 60], [
            fileinode($this->file->path()),
            filemtime($this->file->path()),
        ]);
        $this->file->keep(self::config('another'), self::NOW);
        self::assertSame('another', $this->file->read()?->key);
    }

    public function testItGoesWhenThereIsNothingToCollect(): void
    {
        $this->file->keep(self::config(), self::NOW);
        $this->file->keep(null, self::NOW);
        self::assertSame([], glob($this->content . '/*.php'));
        $this->file->keep(null, self::NOW);
    }

    public function testItHoldsGoodForAnHourAndIsRenewedWhileThePluginLives(): void
    {
        $this->file->keep(self::config(), self::NOW);
        self::assertNotNull($this->file->readGood(self::NOW + 3599));
        self::assertNull($this->file->readGood(self::NOW + 3600));
        self::assertNull($this->file->readGood(self::NOW - 3600), 'a clock that was set back');
        $this->file->keep(self::config(), self::NOW + 5000);
        clearstatcache();
        self::assertNotNull($this->file->readGood(self::NOW + 8000));
        self::assertNull((new ConfigFile($this->content . '/plugins/pinrelay', 4))->readGood(self::NOW));
    }

    public function testARequestThatBeganBeforeASettingChangedDoesNotPutTheOldOneBack(): void
    {
        self::assertSame(0, $this->file->keep(self::config('new', 8), self::NOW));
        self::assertSame(8, $this->file->keep(self::config('old', 7), self::NOW));
        self::assertSame('new', $this->file->read()?->key);
        $this->file->keep(self::config('newest', 9), self::NOW);
        self::assertSame('newest', $this->file->read()?->key);
    }

    public function testAPartialFileIsOneOfPhpAndGoesWithItsWriter(): void
    {
        $killed = $this->content . '/.pinrelay-0123456789abcdef.php';
        file_put_contents($killed, '<?php return [];');
        touch($killed, self::NOW - 3601);
        // Something in its place keeps the last step from its end, where the writer sees to what it leaves.
        mkdir($this->file->path());
        $made = [];
        set_error_handler(function (int $level, string $message) use (&$made): bool {
            foreach ((array) glob($this->content . '/.pinrelay-*') as $path) {
                $made[] = [pathinfo((string) $path, PATHINFO_EXTENSION), fileperms((string) $path) & 0777];
            }
            return true;
        });
        $this->file->keep(self::config(), self::NOW);
        restore_error_handler();
        rmdir($this->file->path());
        self::assertSame([['php', 0600]], $made);
        self::assertSame([], (array) glob($this->content . '/.pinrelay-*'));
    }

    public function testAFileOfAnotherVersionIsNone(): void
    {
        file_put_contents($this->file->path(), '<?php return ["home" => 1];');
        self::assertNull($this->file->read());
        file_put_contents($this->file->path(), '<?php return 7;');
        self::assertNull($this->file->read());
    }
}
