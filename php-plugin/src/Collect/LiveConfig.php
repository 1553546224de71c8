<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Collect;

use Pinrelay\WooCommerce\Consent\Consent;
use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\EventNames;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Site\Home;
use Pinrelay\WooCommerce\Site\Hosts;
use Pinrelay\WooCommerce\Storefront\Cookie;
use Pinrelay\WooCommerce\Storefront\Visitor;

/** The endpoint's configuration as WordPress knows it at this moment. */
final class LiveConfig
{
    /** Options that it is made of. The last decides about language plugins and the official one. */
    public const OPTIONS = [
        SettingsStore::OPTION,
        'home',
        'siteurl',
        'icl_sitepress_settings',
        'polylang',
        'trp_settings',
        'pinterest_for_woocommerce',
        'active_plugins',
    ];

    public function __construct(
        private readonly SettingsStore $store,
        private readonly RelayFactory $relays,
        #[\SensitiveParameter]
        private readonly string $secret,
    ) {
    }

    /**
     * Null where the server half cannot work: no extension, no account, switched off, a copy of the shop.
     *
     * @param int $revision of the settings in effect, where somebody reads it
     */
    public function config(int $revision = 0): ?Config
    {
        $relay = $this->relays->capturing();
        if ($relay === null) {
            return null;
        }
        $isOfServer = $this->store->settings()->spoolDir === '' && self::spoolRoot() !== '';
        return new Config(...$this->shared(), ...[
            'revision' => $revision,
            'relay' => ($isOfServer ? ['spool_dir' => ''] : []) + $relay,
            'rateFile' => $isOfServer ? '' : Rate::fileIn($relay['spool_dir']),
        ]);
    }

    /** Where this server's PHP wants spools, '' where it does not say. */
    public static function spoolRoot(): string
    {
        return (string) ini_get('pinrelay.spool_root');
    }

    /**
     * One-way, by which a change of any of it is noticed. Where the spool lies is not in it: web servers of one shop
     * may have theirs in different places, and the command line need not have the extension.
     */
    public function fingerprint(): string
    {
        $settings = $this->store->settings();
        return hash('sha256', serialize([
            $this->shared(),
            $settings->apiReady(),
            $settings->adAccountId,
            $settings->testMode,
            Home::address(),
            Plugin::VERSION,
        ]));
    }

    /** @return array<string, mixed> of Config, what is the same on every web server and in every request */
    private function shared(): array
    {
        $settings = $this->store->settings();
        return [
            'hosts' => Hosts::all(),
            'scope' => Cookie::scope(),
            'key' => PageFacts::key($this->secret),
            'events' => self::events($settings),
            'parameters' => Visitor::parameters(),
            'trustedHeaders' => $settings->trustedHeaders,
            'consent' => $settings->consent,
            'consentPrefix' => Consent::prefix(),
            'ldpStates' => $settings->ldpStates,
        ];
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
