<?php

declare(strict_types=1);

// phpcs:disable PSR1, Squiz -- the names are WooCommerce's

/**
 * A record with properties, read by get_x() and set by set_x(). Only names in defaults() exist; any other call is
 * the error it would be on WooCommerce.
 */
abstract class WC_Data
{
    protected int $id = 0;
    /** @var array<string, mixed> */
    protected array $data;

    /** @return array<string, mixed> property => value of a new record */
    abstract protected static function defaults(): array;

    public function __construct()
    {
        $this->data = static::defaults();
    }

    public function get_id(): int
    {
        return $this->id;
    }

    public function __call(string $method, array $arguments): mixed
    {
        $name = substr($method, 4);
        if (!array_key_exists($name, static::defaults())) {
            throw new Error('The WooCommerce stand-in has no ' . static::class . "::$method()");
        }
        if (str_starts_with($method, 'set_')) {
            $this->data[$name] = $arguments[0];
            return null;
        }
        return $this->data[$name];
    }

    /** Keeps the properties as JSON beside a post: slashes are WordPress's to add and to strip. */
    protected function store(): void
    {
        update_post_meta($this->id, '_stand_in', wp_slash((string) wp_json_encode($this->data)));
    }

    protected function load(int $id): bool
    {
        $stored = json_decode((string) get_post_meta($id, '_stand_in', true), true);
        if (!is_array($stored)) {
            return false;
        }
        $this->id = $id;
        $this->data = array_merge($this->data, $stored);
        return true;
    }
}
