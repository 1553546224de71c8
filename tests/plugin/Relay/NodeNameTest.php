<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Relay;

use PHPUnit\Framework\Attributes\Group;
use PHPUnit\Framework\Attributes\RequiresPhpExtension;
use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Relay\Disk;
use Pinrelay\WooCommerce\Relay\NodeName;

final class NodeNameTest extends TestCase
{
    private string $root;

    protected function setUp(): void
    {
        $this->root = sys_get_temp_dir() . '/pinrelay-node-' . bin2hex(random_bytes(6));
        mkdir($this->root, 0700);
    }

    protected function tearDown(): void
    {
        Disk::remove($this->root);
    }

    /** As the extension writes it. */
    private function write(int $inodeOff = 0): void
    {
        touch($this->root . '/node');
        $inode = fileinode($this->root . '/node') + $inodeOff;
        file_put_contents($this->root . '/node', json_encode(['node' => '7f66d', 'inode' => $inode]));
    }

    public function testTheNameIsTheOneTheExtensionWrote(): void
    {
        $this->write();
        self::assertSame('7f66d', NodeName::read($this->root));
    }

    public function testACopiedFileNamesNobody(): void
    {
        $this->write(1);
        self::assertNull(NodeName::read($this->root));
    }

    public function testWhatIsMissingOrUnreadableNamesNobody(): void
    {
        self::assertNull(NodeName::read($this->root));
        file_put_contents($this->root . '/node', 'not JSON');
        self::assertNull(NodeName::read($this->root));
    }

    /**
     * @group extension
     * @requires extension pinrelay
     */
    #[Group('extension')]
    #[RequiresPhpExtension('pinrelay')]
    public function testItIsTheNameThatTheExtensionItselfTells(): void
    {
        $relay = new \Pinrelay\Relay([
            'site' => 'shop.example',
            'ad_account_id' => '549755885175',
            'spool_dir' => $this->root,
        ]);
        self::assertSame($relay->status()['node'], NodeName::read($this->root));
    }
}
