<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Support;

// phpcs:disable PSR1.Methods.CamelCapsMethodName -- wpdb's own names

/**
 * As much of wpdb as the plugin uses, on a real SQLite in memory: statements are run, not looked at, so that claims
 * are tested as claims. It translates what SQLite spells differently.
 */
final class Database
{
    public string $prefix = 'wp_';
    public string $options = 'wp_options';
    public string $last_error = '';
    /** As wpdb counts them. */
    public int $num_queries = 0;
    /** Makes the next statements fail, as a database that went away does. */
    public bool $isGone = false;
    /** What another request does before the next statement that changes something. */
    public ?\Closure $before = null;
    /** Whether its user may make and change no tables. */
    public bool $isStrict = false;
    /** How often somebody tried to all the same. */
    public int $refused = 0;
    private readonly \PDO $pdo;

    public function __construct()
    {
        $this->pdo = new \PDO('sqlite::memory:', null, null, [\PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION]);
        $this->pdo->exec('CREATE TABLE wp_options (option_name TEXT PRIMARY KEY, option_value TEXT, autoload TEXT)');
    }

    public function get_charset_collate(): string
    {
        return '';
    }

    public function suppress_errors(bool $suppress = true): bool
    {
        return false;
    }

    public function esc_like(string $text): string
    {
        return addcslashes($text, '_%\\');
    }

    public function prepare(string $sql, string|int ...$values): string
    {
        return (string) preg_replace_callback('/%[ds]/', function (array $hole) use (&$values): string {
            $value = array_shift($values);
            return $hole[0] === '%d' ? (string) (int) $value : $this->pdo->quote((string) $value);
        }, $sql);
    }

    public function query(string $sql): int|bool
    {
        [$before, $this->before] = [$this->before, null];
        $before === null || $before();
        return $this->attempt(function () use ($sql): int|bool {
            if ($this->isStrict && preg_match('/^(CREATE|ALTER) TABLE/', $sql) === 1) {
                $this->refused++;
                throw new \PDOException('CREATE command denied');
            }
            if (str_contains($sql, 'CREATE TABLE')) {
                foreach (self::createStatements($sql) as $statement) {
                    $this->pdo->exec($statement);
                }
                return true;
            }
            if (preg_match('/^ALTER TABLE (\w+) ADD KEY (\w+) (\(.*\))$/', $sql, $key) === 1) {
                $sql = "CREATE INDEX {$key[1]}_{$key[2]} ON {$key[1]} {$key[3]}";
            }
            if (str_starts_with($sql, 'ALTER TABLE')) {
                $sql = str_replace(' unsigned', '', $sql);
            }
            return (int) $this->pdo->exec(str_replace('INSERT IGNORE', 'INSERT OR IGNORE', $sql));
        }, false);
    }

    /** @return ?list<array<string, mixed>> */
    public function get_results(string $sql, string $kind): ?array
    {
        $sql = (string) preg_replace(
            '/^SHOW COLUMNS FROM (\w+)$/',
            "SELECT name AS Field FROM pragma_table_info('$1')",
            $sql,
        );
        $sql = str_contains($sql, ' LIKE ') ? $sql . " ESCAPE '\\'" : $sql;
        return $this->attempt(fn (): array => $this->pdo->query($sql)->fetchAll(\PDO::FETCH_ASSOC), null);
    }

    public function get_var(string $sql): ?string
    {
        return $this->attempt(function () use ($sql): ?string {
            $value = $this->pdo->query($sql)->fetchColumn();
            return $value === false ? null : (string) $value;
        }, null);
    }

    /** @return list<string> */
    public function get_col(string $sql): array
    {
        $sql = str_contains($sql, ' LIKE ') ? $sql . " ESCAPE '\\'" : $sql;
        return $this->attempt(fn (): array => $this->pdo->query($sql)->fetchAll(\PDO::FETCH_COLUMN), []);
    }

    /** @return array<string, string> */
    public function allOptions(): array
    {
        return $this->pdo->query('SELECT option_name, option_value FROM wp_options')->fetchAll(\PDO::FETCH_KEY_PAIR);
    }

    /** As WordPress' cache of options, it outlives a database that is gone. */
    public function option(string $name): ?string
    {
        $found = $this->pdo->prepare('SELECT option_value FROM wp_options WHERE option_name = ?');
        $found->execute([$name]);
        $value = $found->fetchColumn();
        return $value === false ? null : (string) $value;
    }

    public function putOption(string $name, string $value): void
    {
        $this->pdo->prepare('INSERT OR REPLACE INTO wp_options (option_name, option_value) VALUES (?, ?)')
            ->execute([$name, $value]);
    }

    public function deleteOption(string $name): void
    {
        $this->pdo->prepare('DELETE FROM wp_options WHERE option_name = ?')->execute([$name]);
    }

    private function attempt(\Closure $work, mixed $failed): mixed
    {
        $this->num_queries++;
        $this->last_error = $this->isGone ? 'MySQL server has gone away' : '';
        if ($this->isGone) {
            return $failed;
        }
        try {
            return $work();
        } catch (\PDOException $exception) {
            $this->last_error = $exception->getMessage();
            return $failed;
        }
    }

    /**
     * MySQL's CREATE TABLE with its KEY lines, as SQLite's table and indexes.
     *
     * @return list<string>
     */
    private static function createStatements(string $sql): array
    {
        preg_match('/EXISTS (\w+)/', $sql, $table);
        preg_match_all('/^\s*KEY (\w+) (\([^)]*\)),?$/m', $sql, $keys, PREG_SET_ORDER);
        $sql = (string) preg_replace(['/^\s*KEY .*$\R/m', '/ unsigned/', '/,\s*\)\s*$/'], ['', '', ')'], $sql);
        return [$sql, ...array_map(
            static fn (array $key): string =>
                "CREATE INDEX IF NOT EXISTS {$table[1]}_{$key[1]} ON {$table[1]} {$key[2]}",
            $keys,
        )];
    }
}
