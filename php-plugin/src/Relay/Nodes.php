<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Relay;

/**
 * The heartbeats of web nodes (options pinrelay_node_<id>): when each last looked after its spool, and how far it has
 * read its verdicts, per destination.
 *
 * Read past the object cache: nodes that cache options for themselves would take a living neighbour for dead.
 */
final class Nodes
{
    public const PREFIX = 'pinrelay_node_';
    /** A node silent for so long is taken to be gone, with its disk. */
    public const SILENT_SECONDS = 15 * 60;
    private const FORGET_SECONDS = 7 * 86400;

    /** @param \wpdb $wpdb */
    public function __construct(private readonly object $wpdb)
    {
    }

    /** @return array{at: int, cursors: array<string, string>} at 0 for a node never heard of */
    public function get(string $node): array
    {
        $value = $this->wpdb->get_var($this->wpdb->prepare(
            "SELECT option_value FROM {$this->wpdb->options} WHERE option_name = %s",
            self::PREFIX . $node,
        ));
        $beat = is_string($value) ? maybe_unserialize($value) : null;
        return [
            'at' => is_array($beat) ? (int) ($beat['at'] ?? 0) : 0,
            'cursors' => is_array($beat) && is_array($beat['cursors'] ?? null) ? $beat['cursors'] : [],
        ];
    }

    /** @param array<string, string> $cursors */
    public function beat(string $node, array $cursors, int $now): void
    {
        update_option(self::PREFIX . $node, ['at' => $now, 'cursors' => $cursors], false);
    }

    public function isSilent(string $node, int $now): bool
    {
        return $node === '' || $this->get($node)['at'] < $now - self::SILENT_SECONDS;
    }

    /** Removes what nodes left that have been gone for a week. */
    public function forgetOld(int $now): void
    {
        foreach ($this->names() as $name) {
            $node = substr($name, strlen(self::PREFIX));
            if ($this->get($node)['at'] < $now - self::FORGET_SECONDS) {
                delete_option($name);
            }
        }
    }

    /** @return list<string> option names */
    public function names(): array
    {
        return array_map('strval', $this->wpdb->get_col($this->wpdb->prepare(
            "SELECT option_name FROM {$this->wpdb->options} WHERE option_name LIKE %s",
            $this->wpdb->esc_like(self::PREFIX) . '%',
        )));
    }
}
