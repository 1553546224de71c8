<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Settings;

/**
 * The generation of the effective settings: a number that only rises, by which the extension's senders in other
 * processes learn that theirs are old. It rises whenever what matters for delivery changed, however it changed: by the
 * form, by a constant in wp-config.php, by wp option update. It is the time of the change, so that the settings of a
 * database that was restored from a backup are newer than all that were before as soon as they change. Pure.
 */
final class Generation
{
    /**
     * How long a retired account is still drained: Pinterest takes no event older than seven days
     * (docs/wire-contract.md#event-time).
     */
    public const RETIRED_SECONDS = 7 * 86400;

    /** One-way, so that the option that keeps it tells nothing about the token. */
    public static function fingerprint(Settings $settings, #[\SensitiveParameter] string $secret): string
    {
        return hash_hmac('sha256', (string) json_encode([
            $settings->adAccountId,
            $settings->accessToken,
            $settings->testMode,
            $settings->enabled,
            $settings->apiBase,
        ]), $secret);
    }

    /**
     * The state after these settings took effect, or null when nothing changed.
     *
     * The account left behind joins `retired`, because its last orders are still its own; one that comes back leaves
     * it. It keeps the token it had when the database holds that token anyway; a token that wp-config.php keeps out of
     * the database stays out, and the account is drained with the current one (docs/wire-contract.md#endpoint: one
     * token serves every account of its user).
     *
     * @param array<string, mixed> $state       generation, fingerprint, current, retired
     * @param Settings             $settings    in effect now
     * @param bool                 $tokenStored whether the token in effect is the stored one
     * @return ?array<string, mixed>
     */
    public static function next(
        array $state,
        Settings $settings,
        bool $tokenStored,
        #[\SensitiveParameter] string $secret,
        int $now,
    ): ?array {
        $fingerprint = self::fingerprint($settings, $secret);
        if (hash_equals((string) ($state['fingerprint'] ?? ''), $fingerprint)) {
            return null;
        }
        $retired = is_array($state['retired'] ?? null) ? $state['retired'] : [];
        $last = is_array($state['current'] ?? null) ? $state['current'] : [];
        $left = Settings::destinationOf((string) ($last['ad_account_id'] ?? ''), !empty($last['test']));
        $here = $settings->destination();
        if ($left !== '' && $left !== $here) {
            $retired[$left] = ['until' => $now + self::RETIRED_SECONDS] + $last;
        }
        unset($retired[$here]);

        return [
            'generation' => max($now, (int) ($state['generation'] ?? 0) + 1),
            'fingerprint' => $fingerprint,
            'current' => $here === '' ? $last : [
                'ad_account_id' => $settings->adAccountId,
                'test' => $settings->testMode,
                'access_token' => $tokenStored ? $settings->accessToken : '',
                'api_base' => $settings->apiBase,
            ],
            'retired' => self::inTerm($retired, $now),
        ] + $state;
    }

    /**
     * The state without tokens that nobody may keep any longer, or null where it holds none: those of accounts whose
     * term is over, however long the settings stay as they are, and all of them once the owner has deleted the token.
     * That is no change of the settings, so the generation stays.
     *
     * @param array<string, mixed> $state
     * @param bool $isTokenKept whether the owner keeps a token in the database at all
     * @return ?array<string, mixed>
     */
    public static function tidy(array $state, bool $isTokenKept, int $now): ?array
    {
        $known = is_array($state['retired'] ?? null) ? $state['retired'] : [];
        $tidy = ['retired' => self::inTerm($known, $now)];
        if (!$isTokenKept) {
            $without = static fn (array $account): array => ['access_token' => ''] + $account;
            $tidy['retired'] = array_map($without, $tidy['retired']);
            if (is_array($state['current'] ?? null) && $state['current'] !== []) {
                $tidy['current'] = $without($state['current']);
            }
        }
        // Loosely: the order of the keys is no difference.
        $isSame = $tidy['retired'] == $known && (!isset($tidy['current']) || $tidy['current'] == $state['current']);
        return $isSame ? null : $tidy + $state;
    }

    /**
     * @param array<mixed> $retired
     * @return array<string, array<string, mixed>> those that may still be drained
     */
    public static function inTerm(array $retired, int $now): array
    {
        return array_filter($retired, static fn (mixed $account): bool => is_array($account)
            && (int) ($account['until'] ?? 0) > $now);
    }

    /**
     * The state once a spool has told of a higher generation than it holds, null where that is no news. Then the state
     * is older than the spool: the database was restored from a backup, and nobody would send until the settings
     * changed. It counts as a change.
     *
     * @param array<string, mixed> $state    as the database has it now
     * @param Settings             $settings in effect in this process; older ones than the state's have no say
     * @param int                  $spools   generation that the spool knows
     * @return ?array<string, mixed>
     */
    public static function afterRestore(
        array $state,
        Settings $settings,
        int $spools,
        #[\SensitiveParameter] string $secret,
    ): ?array {
        return $spools > (int) ($state['generation'] ?? 0)
            && hash_equals((string) ($state['fingerprint'] ?? ''), self::fingerprint($settings, $secret))
            ? ['generation' => $spools + 1]
            : null;
    }
}
