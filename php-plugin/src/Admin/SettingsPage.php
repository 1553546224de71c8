<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Orders\OutboxTransitions;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Relay\Spool;
use Pinrelay\WooCommerce\Settings\GenerationWatch;
use Pinrelay\WooCommerce\Settings\SettingsForm;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Status\Probe;
use Pinrelay\WooCommerce\Status\Report;
use Pinrelay\WooCommerce\Support\Guard;

/**
 * The page under the WooCommerce menu: takes the form in, saves what is well-formed, asks Pinterest, and shows what
 * came of it. SettingsView draws it.
 */
final class SettingsPage
{
    public const SLUG = 'pinrelay';
    public const CAPABILITY = 'manage_woocommerce';
    /** Where the page says whether the shop's own people count: FormTable::id('staff_shops'). */
    public const STAFF_FIELD = 'pinrelay-staff_shops';
    private const NONCE = 'pinrelay_settings';
    /** The answer to the test event, for the page that follows the save. Per user, for a minute. */
    private const ANSWER = 'pinrelay_answer_';

    private ?SettingsForm $refused = null;

    public function __construct(
        private readonly SettingsStore $store,
        private readonly GenerationWatch $watch,
        private readonly RelayFactory $relays,
        private readonly Spool $spool,
        private readonly OutboxTransitions $outbox,
        private readonly RefusedEvents $refusedEvents,
        private readonly UnknownSourcesPanel $unknownSources,
        private readonly Guard $guard,
        private readonly string $mainFile,
    ) {
    }

    /**
     * @param array<string, string> $links of the plugin in the list of plugins
     * @return array<string, string>
     */
    public function addLink(array $links): array
    {
        return ['settings' => sprintf(
            '<a href="%s">%s</a>',
            esc_url(self::url()),
            esc_html__('Settings', 'pinrelay'),
        )] + $links;
    }

    public static function url(): string
    {
        return admin_url('admin.php?page=' . self::SLUG);
    }

    public function addToMenu(): void
    {
        $hook = add_submenu_page(
            'woocommerce',
            __('Pinrelay: Pinterest conversions', 'pinrelay'),
            'Pinrelay',
            self::CAPABILITY,
            self::SLUG,
            $this->guard->action('settings page', $this->render(...)),
        );
        if (is_string($hook)) {
            // Before any output, so that a save can answer with a redirect and a reload does not save again.
            add_action('load-' . $hook, $this->guard->action('saving settings', $this->load(...)));
        }
    }

    private function load(): void
    {
        if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
            return;
        }
        check_admin_referer(self::NONCE);
        if (!current_user_can(self::CAPABILITY)) {
            wp_die(esc_html__('You may not change these settings.', 'pinrelay'), '', ['response' => 403]);
        }
        $form = new SettingsForm($this->input(), $this->store->stored(), $this->store->constants());
        if (!$form->isWellFormed()) {
            $this->refused = $form;
            return;
        }
        $this->save($form);
        wp_safe_redirect(add_query_arg('saved', '1', self::url()));
        exit;
    }

    private function save(SettingsForm $form): void
    {
        $now = time();
        $this->store->save($form->values);
        $this->watch->look($now);
        $this->relays->forget();
        if ($this->store->settings()->apiReady()) {
            $this->spool->settle($now);
        }
        $probe = Probe::ask($this->store->settings(), $this->relays, home_url('/'), $now);
        set_transient(self::ANSWER . get_current_user_id(), [
            'asked' => $probe->isAsked,
            'accepted' => $probe->isAccepted,
            'words' => $probe->words,
            'detail' => $probe->detail,
        ], MINUTE_IN_SECONDS);
    }

    private function render(): void
    {
        if (!current_user_can(self::CAPABILITY)) {
            return;
        }
        $settings = $this->store->settings();
        $now = time();
        echo '<div class="wrap">';
        (new SettingsView(
            Report::gather($settings, $this->relays, $this->outbox),
            $this->store->constants(),
            $this->refused?->shown() ?? $this->store->stored(),
            $this->refused,
            !empty($this->store->stored()['access_token']),
            $this->gateways(),
            StatusFields::custom(wc_get_order_statuses()),
            $this->takeAnswer(),
        ))->print(wp_nonce_field(self::NONCE, '_wpnonce', true, false), $now);
        $this->guard->run('unknown sources', fn () => $this->unknownSources->print($now));
        $this->guard->run('refused events', fn () => $this->refusedEvents->print($now));
        echo '</div>';
    }

    /** @return array<string, mixed> the form's own fields, unslashed, and gateways and statuses that exist */
    private function input(): array
    {
        $input = wp_unslash($_POST);
        $gateways = is_array($input['gateways'] ?? null) ? $input['gateways'] : [];
        $statuses = is_array($input['statuses'] ?? null) ? $input['statuses'] : [];
        return [
            'gateways' => array_intersect_key($gateways, $this->gateways()),
            'statuses' => array_intersect_key($statuses, StatusFields::custom(wc_get_order_statuses())),
        ] + $input;
    }

    /** @return array<string, string> title by id, of payment methods that are switched on */
    private function gateways(): array
    {
        $titles = [];
        foreach (WC()->payment_gateways()->payment_gateways() as $gateway) {
            if ($gateway->enabled === 'yes') {
                $title = wp_strip_all_tags((string) ($gateway->get_method_title() ?: $gateway->get_title()));
                $titles[(string) $gateway->id] = $title === '' ? (string) $gateway->id : $title;
            }
        }
        return $titles;
    }

    /** @return ?array{asked: bool, accepted: bool, words: string, detail: string} once */
    private function takeAnswer(): ?array
    {
        $key = self::ANSWER . get_current_user_id();
        $answer = isset($_GET['saved']) ? get_transient($key) : null;
        delete_transient($key);
        return is_array($answer) ? $answer : null;
    }
}
