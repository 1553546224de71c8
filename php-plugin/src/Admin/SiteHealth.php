<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Coexistence\SecondTag;
use Pinrelay\WooCommerce\Collect\DropCount;
use Pinrelay\WooCommerce\Consent\Answers;
use Pinrelay\WooCommerce\Settings\Settings;
use Pinrelay\WooCommerce\Status\Addresses;
use Pinrelay\WooCommerce\Status\Messages;
use Pinrelay\WooCommerce\Storefront\AddressWatch;
use Pinrelay\WooCommerce\Storefront\ClientAddress;

/**
 * What WordPress' page Tools > Site Health says about the plugin's surroundings: things that no error tells of, and
 * that only the owner can put right.
 */
final class SiteHealth
{
    public function __construct(
        private readonly Settings $settings,
        private readonly DropCount $drops,
    ) {
    }

    /**
     * @param array<string, array<string, mixed>> $tests filter site_status_tests
     * @return array<string, array<string, mixed>>
     */
    public function addTests(array $tests): array
    {
        if (!$this->settings->active()) {
            return $tests;
        }
        $tests['direct']['pinrelay_address'] = [
            'label' => __('Visitors\' addresses', 'pinrelay'),
            'test' => $this->address(...),
        ];
        $tests['direct']['pinrelay_consent'] = [
            'label' => __('Consent for Pinterest', 'pinrelay'),
            'test' => $this->consent(...),
        ];
        $tests['direct']['pinrelay_second_tag'] = [
            'label' => __('A second Pinterest tag', 'pinrelay'),
            'test' => $this->secondTag(...),
        ];
        return $tests;
    }

    /** @return array<string, mixed> */
    public function address(): array
    {
        $known = get_option(AddressWatch::OPTION, []);
        $server = wp_unslash($_SERVER);
        $drops = $this->drops->read();
        $hidden = Addresses::hidden($drops, $this->drops->lastPassed(), time());
        $candidates = ClientAddress::carrying($server);
        if ($hidden !== null) {
            $isAll = $hidden === Addresses::ALL;
            return self::result('address', $isAll ? 'critical' : 'recommended', $isAll
                ? __('Your visitors are not reported to Pinterest', 'pinrelay')
                : __('Some of your visitors are not reported to Pinterest', 'pinrelay'), Addresses::words(
                    Addresses::headers($drops) ?: $candidates,
                ) . ($isAll ? '' : ' ' . __(
                    'Visits from your own network are dropped as well; if it is only these, all is well.',
                    'pinrelay',
                )));
        }
        $isHidden = $candidates !== [] && ClientAddress::of($server, $this->settings->trustedHeaders) === '';
        if (!$isHidden && !AddressWatch::isShared(is_array($known) ? $known : [])) {
            return self::result('address', 'good', __('Pinrelay can distinguish your visitors', 'pinrelay'), __(
                'Pinterest recognizes visitors by their internet address, among other things. Your shop sees them.',
                'pinrelay',
            ));
        }
        $hint = $candidates === [] ? '' : ' ' . sprintf(
            /* translators: %s: names of HTTP headers */
            __('This request had these headers, one of which may be the right one: %s.', 'pinrelay'),
            implode(', ', $candidates),
        );
        return self::result('address', 'recommended', __('All visitors seem to share one address', 'pinrelay'), __(
            'Your shop probably stands behind a proxy or load balancer and sees only its address. Pinterest then '
                . 'recognizes fewer of your customers. Please ask your host in which header the visitor\'s address '
                . 'arrives, and enter it in the Pinrelay settings.',
            'pinrelay',
        ) . $hint);
    }

    /** @return array<string, mixed> */
    public function consent(): array
    {
        $problem = Answers::problem($this->settings);
        return $problem !== null
            ? self::result(
                'consent',
                'critical',
                __('Nothing is reported to Pinterest', 'pinrelay'),
                Messages::consent($problem),
            )
            : self::result('consent', 'good', __('Pinrelay knows whom to ask for consent', 'pinrelay'), __(
                'What your visitors decided is respected in the browser and on the server.',
                'pinrelay',
            ));
    }

    /** @return array<string, mixed> */
    public function secondTag(): array
    {
        $words = Messages::secondTag(SecondTag::known(), $this->settings->tagId);
        return $words === null
            ? self::result('second_tag', 'good', __('Your pages have one Pinterest tag', 'pinrelay'), __(
                'No other plugin and no tag manager was seen to load a second one when you last visited your shop.',
                'pinrelay',
            ))
            : self::result(
                'second_tag',
                'recommended',
                __('Your pages have a second Pinterest tag', 'pinrelay'),
                $words,
            );
    }

    /**
     * @param 'good'|'recommended'|'critical' $status
     * @return array<string, mixed> as WordPress reads it
     */
    private static function result(string $name, string $status, string $label, string $words): array
    {
        return [
            'test' => 'pinrelay_' . $name,
            'status' => $status,
            'label' => $label,
            'badge' => ['label' => 'Pinrelay', 'color' => 'blue'],
            'description' => '<p>' . esc_html($words) . '</p>',
            'actions' => $status === 'good' ? '' : sprintf(
                '<p><a href="%s">%s</a></p>',
                esc_url(SettingsPage::url()),
                esc_html__('Open the Pinrelay settings', 'pinrelay'),
            ),
        ];
    }
}
