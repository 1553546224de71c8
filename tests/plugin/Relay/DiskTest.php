<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Relay;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Relay\SpoolPlace;

final class DiskTest extends TestCase
{
    private string $root;

    protected function setUp(): void
    {
        $this->root = sys_get_temp_dir() . '/pinrelay-' . bin2hex(random_bytes(6));
        mkdir($this->root);
    }

    protected function tearDown(): void
    {
        Disk::remove($this->root);
    }

    public function testAFolderOfOursIsMadeForUsAlone(): void
    {
        self::assertSame(SpoolPlace::FREE, Disk::look($this->root . '/spool'));
        Disk::make($this->root . '/spool');
        self::assertSame(0700, fileperms($this->root . '/spool') & 0777);
        self::assertSame("Require all denied\n", file_get_contents($this->root . '/spool/.htaccess'));
        self::assertSame(SpoolPlace::OURS, Disk::look($this->root . '/spool'));
    }

    public function testALinkIsNotOurs(): void
    {
        mkdir($this->root . '/elsewhere');
        symlink($this->root . '/elsewhere', $this->root . '/link');
        symlink($this->root . '/nowhere', $this->root . '/dangling');
        self::assertSame(SpoolPlace::FOREIGN, Disk::look($this->root . '/link'));
        self::assertSame(SpoolPlace::FOREIGN, Disk::look($this->root . '/dangling'));
    }

    public function testAFileIsNoFolder(): void
    {
        touch($this->root . '/file');
        self::assertSame(SpoolPlace::FOREIGN, Disk::look($this->root . '/file'));
        self::assertSame(SpoolPlace::CLOSED, Disk::look($this->root . '/none/spool'));
    }

    public function testRemovingDoesNotFollowLinks(): void
    {
        mkdir($this->root . '/kept');
        touch($this->root . '/kept/file');
        Disk::make($this->root . '/spool');
        symlink($this->root . '/kept', $this->root . '/spool/link');
        Disk::remove($this->root . '/spool');
        self::assertFileExists($this->root . '/kept/file');
        self::assertFileDoesNotExist($this->root . '/spool');
    }
}
