<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Consent\Consent;

/** The settings page's fields about visitors' consent, about proxies, and about other plugins. */
final class PrivacyFields
{
    public function __construct(private readonly FormTable $table)
    {
    }

    /** @param bool $isApiChosen whether consent is to come from the WP Consent API */
    public function print(bool $isApiChosen): void
    {
        $this->privacy($isApiChosen);
        $this->surroundings();
    }

    private function privacy(bool $isApiChosen): void
    {
        $this->table->open(__('Privacy', 'pinrelay'));
        $help = __(
            'Before a visitor agrees, Pinrelay loads, keeps and sends nothing. To ask the visitor is the task of your '
                . 'cookie banner.',
            'pinrelay',
        );
        $this->table->choice('consent', [
            Consent::OFF => __('Do not ask: everything is reported', 'pinrelay'),
            Consent::WP_CONSENT_API => __('My cookie banner uses the plugin WP Consent API', 'pinrelay'),
            Consent::FILTER => __('Decided by custom code (pinrelay_consent, pinrelay.consent)', 'pinrelay'),
        ], $isApiChosen && !Consent::isApiThere() ? $help . ' ' . __(
            'The plugin WP Consent API is not active, so nothing is reported at the moment.',
            'pinrelay',
        ) : $help);
        $this->table->choice('consent_default', [
            Consent::REFUSED => __('are not reported', 'pinrelay'),
            Consent::GRANTED => __('are reported', 'pinrelay'),
        ], __(
            'For orders whose customer was not in your shop to be asked, such as those you enter by hand. Only where '
                . 'consent is asked for.',
            'pinrelay',
        ));
        $this->table->entries('ldp_states', __(
            'Two-letter codes, separated by commas, for example CA, CO. Pinterest then limits how it uses the data of '
                . 'people from these states (Limited Data Processing). Customers count by their billing address, '
                . 'visitors without one by where Cloudflare (with its visitor location headers), CloudFront or '
                . 'your web server sees them; where none of these is known, they are not limited. Leave it empty for '
                . 'none.',
            'pinrelay',
        ));
        $this->table->close();
    }

    private function surroundings(): void
    {
        $this->table->open(__('Your server and other plugins', 'pinrelay'));
        $this->table->checkbox(
            'staff_shops',
            '',
            __('Report what we do in our own shop, too', 'pinrelay'),
            __(
                'Else the visits of people who are logged in and may edit orders are not reported. An order that '
                    . 'they enter at the checkout, such as one by telephone, counts by the customer\'s data alone, '
                    . 'without the address and the browser of who typed it.',
                'pinrelay',
            ),
        );
        $this->table->entries('trusted_headers', __(
            'Only for shops behind a proxy or load balancer: the header in which it says who the visitor is, for '
                . 'example X-Real-IP. Cloudflare is recognized without it, unless a proxy of your own stands behind '
                . 'it: then enter CF-Connecting-IP. A wrong entry lets visitors pretend to be somebody else.',
            'pinrelay',
        ));
        $this->table->checkbox(
            'gtm',
            '',
            __('My Pinterest tag is fired by Google Tag Manager', 'pinrelay'),
            __(
                'Pinrelay then hands the browser\'s half to the data layer, as the event "pinrelay" with its '
                    . 'event_id, and loads no tag of its own.',
                'pinrelay',
            ),
        );
        $this->table->close();
    }
}
