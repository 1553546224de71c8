<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Carries the browser half of an event that was born on the server to the visitor's browser: one short-lived cookie for
 * each, which assets/pinrelay.js claims on whatever page comes next.
 *
 * The same for a form, a redirect, wc-ajax and the Store API, because each of them answers with headers, and none of
 * the other ways reaches all of them: fragments miss blocks, footers miss redirects, a session slot loses all but the
 * last of a batch. A cookie holds ids and numbers only; names and categories stay at home.
 */
final class EventCookies
{
    public const PREFIX = 'pinrelay_e_';

    private const SECONDS = 600;

    /**
     * Bytes of all waiting cookies together. A browser without JavaScript never claims them, and a request whose
     * headers outgrow the web server's limit (4 KB at the strictest) would cost the visitor the shop.
     */
    private const MOST_BYTES = 2500;

    /** What may travel, of the calls' data and of its line items (docs/wire-contract.md#tag). */
    private const DATA = ['event_id', 'value', 'order_quantity', 'currency', 'line_items'];
    private const LINE = ['product_id', 'product_price', 'product_quantity'];

    private int $sent = 0;

    /**
     * False when the cookie could not go: headers are out, or too many wait already. The server half goes all the same,
     * so nothing is lost but the second sight of it.
     *
     * @param array{string, string, array<string, mixed>} $call a `track` call for pintrk()
     */
    public function send(array $call): bool
    {
        $id = (string) ($call[2]['event_id'] ?? '');
        $name = self::PREFIX . substr(hash('sha256', $id), 0, 8);
        $room = self::MOST_BYTES - self::waiting() - $this->sent - strlen($name);
        $value = self::encode($call);
        if (strlen($value) > $room) {
            // A long cart: its sum says more than nothing.
            unset($call[2]['line_items']);
            $value = self::encode($call);
        }
        if ($id === '' || headers_sent() || strlen($value) > $room) {
            return false;
        }
        $size = strlen($name) + strlen($value);
        $this->sent += $size;
        return Cookie::set($name, $value, time() + self::SECONDS, isForScripts: true);
    }

    /**
     * `[name, data]` as base64url of ASCII JSON, so that no character of an SKU needs the browser's help.
     *
     * @param array{string, string, array<string, mixed>} $call
     */
    public static function encode(array $call): string
    {
        $data = array_intersect_key($call[2], array_flip(self::DATA));
        if (isset($data['line_items'])) {
            $data['line_items'] = array_map(
                static fn (array $line): array => array_intersect_key($line, array_flip(self::LINE)),
                $data['line_items'],
            );
        }
        $json = json_encode([$call[1], $data], JSON_INVALID_UTF8_SUBSTITUTE | JSON_THROW_ON_ERROR);
        return rtrim(strtr(base64_encode($json), '+/', '-_'), '=');
    }

    /** Bytes of those the browser still holds. */
    private static function waiting(): int
    {
        $bytes = 0;
        foreach (Cookie::all() as $name => $value) {
            if (is_string($value) && str_starts_with((string) $name, self::PREFIX)) {
                $bytes += strlen((string) $name) + strlen($value);
            }
        }
        return $bytes;
    }
}
