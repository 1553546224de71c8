<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\EventNames;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Storefront\Visitor;

/** The endpoint's configuration as WordPress knows it at this moment. */
final class LiveConfig
{
    public function __construct(
        private readonly SettingsStore $store,
        private readonly RelayFactory $relays,
        #[\SensitiveParameter]
        private readonly string $secret,
    ) {
    }

    /** Null where the server half cannot work: no extension, no account, switched off, a copy of the shop. */
    public function config(): ?Config
    {
        $relay = $this->relays->capturing();
        if ($relay === null) {
            return null;
        }
        $key = PageFacts::key($this->secret);
        return new Config(
            home: home_url('/'),
            senders: array_values(array_unique(array_filter([
                Beacon::authority(home_url('/')),
                Beacon::authority(site_url('/')),
            ]))),
            key: $key,
            relay: $relay,
            events: self::events($this->store->settings()),
            parameters: Visitor::parameters(),
            language: Visitor::language(),
            rateFile: Rate::fileIn($relay['spool_dir']),
            trustedHeaders: $this->store->settings()->trustedHeaders,
            consent: $this->store->settings()->consent,
            ldpStates: $this->store->settings()->ldpStates,
        );
    }

    /** @return list<string> */
    private static function events(Settings $settings): array
    {
        return array_values(array_filter(
            [...EventNames::ON_PAGES, ...EventNames::TRACKED],
            static fn (string $name): bool => $settings->wants($name, 'api'),
        ));
    }
}
