<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\Settings;

/**
 * Asks Pinterest whether the settings work: one made-up event with ?test=true, which Pinterest checks and does not
 * record (docs/wire-contract.md#test-mode, #settings-checks). Synchronous: for the settings page and the command line
 * only.
 */
final class Probe
{
    /** @param string $words what came of it, in plain text; $detail Pinterest's own, where it adds something */
    private function __construct(
        public readonly bool $isAsked,
        public readonly bool $isAccepted,
        public readonly string $words,
        public readonly string $detail = '',
    ) {
    }

    public static function ask(Settings $settings, RelayFactory $relays, string $homeUrl, int $now): self
    {
        $hindrance = self::hindrance($settings);
        if ($hindrance !== null) {
            return new self(false, false, $hindrance);
        }
        $relay = $relays->relay();
        if ($relay === null) {
            $error = $relays->error();
            return new self(false, false, $error === null
                ? __('Pinterest was not asked, because nothing can be sent at the moment.', 'pinrelay')
                : Messages::relayError($error));
        }
        try {
            $answer = $relay->sendTest(self::event($homeUrl, $now));
        } catch (\Throwable $thrown) {
            $relays->failed('test event', $thrown);
            return new self(false, false, __('The test event could not be sent from this server.', 'pinrelay'));
        }
        $status = (int) $answer['http_status'];
        $isAccepted = $status === 200 && $answer['verdict'] === 'delivered';
        $words = $status === 200 && !$isAccepted ? Messages::answer(422) : Messages::answer($status);

        return new self(true, $isAccepted, $words, $isAccepted ? '' : (string) $answer['message']);
    }

    /** What keeps the server half from being asked at all, or null. */
    public static function hindrance(Settings $settings): ?string
    {
        return match (true) {
            $settings->held => __('Reporting is paused on this site, so Pinterest was not asked.', 'pinrelay'),
            !$settings->enabled => __('Pinrelay is switched off, so Pinterest was not asked.', 'pinrelay'),
            $settings->adAccountId === '' && $settings->accessToken === '' => __(
                'Without an ad account ID and an access token, only the browser reports to Pinterest.',
                'pinrelay',
            ),
            $settings->adAccountId === '' => __(
                'To send orders from the server, please enter the ad account ID as well.',
                'pinrelay',
            ),
            $settings->accessToken === '' => __(
                'To send orders from the server, please enter an access token as well.',
                'pinrelay',
            ),
            $settings->apiHeld => Messages::doubled(),
            Extension::state() !== Extension::OK => Messages::extension(Extension::state()),
            default => null,
        };
    }

    /** @return array<string, mixed> the smallest event that Pinterest takes, about nobody */
    private static function event(string $homeUrl, int $now): array
    {
        return [
            'event_name' => 'page_visit',
            'event_id' => 'pinrelay-test-' . bin2hex(random_bytes(8)),
            'event_time' => $now,
            'event_source_url' => $homeUrl,
            'user' => ['email' => 'pinrelay-test@example.com', 'external_id' => 'pinrelay-test'],
        ];
    }
}
