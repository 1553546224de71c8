<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

/**
 * Chooses where the spool lies. Pure: what is on the disk is asked through a closure.
 *
 * In this order: PINRELAY_SPOOL_DIR, the ini pinrelay.spool_root, `.pinrelay` beside the document root, an unguessable
 * folder under wp-content. The spool holds IP addresses and user agents, so a place that a web server could serve
 * comes last and is probed before it is used.
 */
final class SpoolPlace
{
    public const CONSTANT = 'constant';
    public const INI = 'ini';
    public const BESIDE = 'beside';
    public const CONTENT = 'content';

    /** What Disk::look() says about a folder. */
    public const OURS = 'ours';
    public const FOREIGN = 'foreign';
    public const FREE = 'free';
    public const CLOSED = 'closed';

    /** @param self::CONSTANT|self::INI|self::BESIDE|self::CONTENT $source */
    public function __construct(
        public readonly string $dir,
        public readonly string $source,
    ) {
    }

    /**
     * @param string                   $documentRoot as the web server says, '' where there is none (CLI)
     * @param string                   $abspath      where WordPress lies
     * @param string                   $suffix       32 hex digits that belong to this install
     * @param \Closure(string): string $look         OURS, FOREIGN, FREE or CLOSED for a folder
     * @return ?self null where only a web request can tell
     */
    public static function choose(
        string $constant,
        string $ini,
        string $documentRoot,
        string $abspath,
        string $contentDir,
        string $suffix,
        \Closure $look,
    ): ?self {
        if ($constant !== '') {
            return new self($constant, self::CONSTANT);
        }
        if ($ini !== '') {
            return new self($ini, self::INI);
        }
        if ($documentRoot === '') {
            return null;
        }
        $root = rtrim($documentRoot, '/');
        // An alias or a virtual host pattern may name a root that WordPress does not lie in: what is beside it is then
        // not the shop's.
        if ($root !== '' && str_starts_with(rtrim($abspath, '/') . '/', $root . '/')) {
            $beside = rtrim(dirname($root), '/') . '/.pinrelay';
            // One that is ours stays chosen even while it is read-only: moving on would strand what waits in it.
            if (in_array($look($beside), [self::OURS, self::FREE], true)) {
                return new self($beside, self::BESIDE);
            }
        }
        return new self(rtrim($contentDir, '/') . '/pinrelay-' . $suffix, self::CONTENT);
    }

    /** Whether we chose it, and so make it. A place that the owner names is the owner's to make, or the extension's. */
    public function isOurChoice(): bool
    {
        return $this->source === self::BESIDE || $this->source === self::CONTENT;
    }
}
