<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

/** Appends to uploads/wc-logs/<source>.log, where WooCommerce's file handler writes, too. */
final class WC_Logger
{
    public function log(string $level, string $message, array $context = []): void
    {
        $dir = wp_upload_dir()['basedir'] . '/wc-logs';
        wp_mkdir_p($dir);
        $line = gmdate('c') . ' ' . strtoupper($level) . " $message\n";
        file_put_contents("$dir/" . sanitize_file_name($context['source'] ?? 'log') . '.log', $line, FILE_APPEND);
    }

    /** debug(), info(), notice(), warning(), error(), critical(), alert(), emergency() */
    public function __call(string $level, array $arguments): void
    {
        $this->log($level, ...$arguments);
    }
}
