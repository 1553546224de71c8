<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * Notices when every buyer seems to come from one address: a proxy stands before the shop that the owner has not
 * declared, and as a match key its address would join strangers.
 *
 * It compares the addresses of orders placed, which are people for certain, and keeps of them only the fact: shortened
 * hashes until two differ, nothing but a date from then on. So a healthy shop writes an option once a week.
 */
final class AddressWatch
{
    public const OPTION = 'pinrelay_addresses';

    /** So many different browsers from one address are no family any more. */
    private const ENOUGH = 5;
    private const LOOK_AGAIN = 7 * 86400;

    public function __construct(
        private readonly Visitor $visitor,
        private readonly Consent $consent,
        private readonly Guard $guard,
        #[\SensitiveParameter]
        private readonly string $secret,
    ) {
    }

    /** The customer has his answer before anything is looked up or written down: AfterResponse has let him go. */
    public function lookLater(): void
    {
        $look = $this->guard->action('address watch', $this->look(...));
        add_action('shutdown', static fn () => register_shutdown_function($look), PHP_INT_MAX);
    }

    private function look(): void
    {
        if (!$this->consent->isGiven() || Requester::isStaff() || !Requester::isBrowser()) {
            return;
        }
        $seen = $this->visitor->context();
        $known = get_option(self::OPTION, []);
        $next = self::next(
            is_array($known) ? $known : [],
            $this->hash($seen['ip'] ?? ''),
            $this->hash($seen['external_id'] ?? $seen['user_agent'] ?? ''),
            time(),
        );
        if ($next !== null) {
            update_option(self::OPTION, $next, true);
        }
    }

    /**
     * What to remember after one more buyer, null when that is nothing new. Pure.
     *
     * @param array{address?: string, browsers?: list<string>, differ_at?: int} $known
     * @return ?array<string, mixed>
     */
    public static function next(array $known, string $address, string $browser, int $now): ?array
    {
        if ($now - (int) ($known['differ_at'] ?? 0) < self::LOOK_AGAIN) {
            return null;
        }
        $first = ['address' => $address, 'browsers' => [$browser]];
        if (!isset($known['address'], $known['browsers'])) {
            return $first;
        }
        if ($known['address'] !== $address) {
            return ['differ_at' => $now];
        }
        return in_array($browser, $known['browsers'], true) || count($known['browsers']) >= self::ENOUGH
            ? null
            : ['browsers' => [...$known['browsers'], $browser]] + $known;
    }

    /** @param array<string, mixed> $known */
    public static function isShared(array $known): bool
    {
        return is_array($known['browsers'] ?? null) && count($known['browsers']) >= self::ENOUGH;
    }

    private function hash(string $what): string
    {
        return substr(hash_hmac('sha256', 'watch:' . $what, $this->secret), 0, 8);
    }
}
