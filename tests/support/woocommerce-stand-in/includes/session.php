<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

/** A shopper's session: a random id in a cookie, its data in a transient. A visitor who does nothing has no cookie. */
final class WC_Session_Handler
{
    private const COOKIE = 'wp_woocommerce_session_stand_in';

    private string $id;
    private bool $known;
    /** @var array<string, mixed> */
    private array $data = [];

    public function __construct()
    {
        $cookie = (string) ($_COOKIE[self::COOKIE] ?? '');
        $this->known = (bool) preg_match('/^t_[0-9a-f]{30}$/', $cookie);
        $this->id = $this->known ? $cookie : 't_' . bin2hex(random_bytes(15));
        if ($this->known) {
            $this->data = get_transient("stand_in_session_$this->id") ?: [];
        }
        add_action('shutdown', function (): void {
            if ($this->known) {
                set_transient("stand_in_session_$this->id", $this->data, 2 * DAY_IN_SECONDS);
            }
        }, 20);
    }

    public function has_session(): bool
    {
        return $this->known;
    }

    public function get_customer_id(): string
    {
        return $this->id;
    }

    public function set_customer_session_cookie(bool $set): void
    {
        if ($set && !$this->known && !headers_sent()) {
            setcookie(self::COOKIE, $this->id, ['path' => '/', 'httponly' => true, 'samesite' => 'Lax']);
        }
        $this->known = $this->known || $set;
    }

    public function get(string $key, mixed $default = null): mixed
    {
        return $this->data[$key] ?? $default;
    }

    public function set(string $key, mixed $value): void
    {
        $this->data[$key] = $value;
    }
}
