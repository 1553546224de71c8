<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

use Pinrelay\WooCommerce\Coexistence\OfficialPlugin;
use Pinrelay\WooCommerce\Consent\Answers;
use Pinrelay\WooCommerce\Plugin;
use Pinrelay\WooCommerce\Relay\RelayFactory;
use Pinrelay\WooCommerce\Settings\SettingsStore;
use Pinrelay\WooCommerce\Settings\State;
use Pinrelay\WooCommerce\Site\CopyGuard;
use Pinrelay\WooCommerce\Site\Home;
use Pinrelay\WooCommerce\Status\Addresses;
use Pinrelay\WooCommerce\Status\Messages;
use Pinrelay\WooCommerce\Status\Report;

/** Prints the one admin notice that NoticeRules chose, and takes the owner's answer where it asks for one. */
final class Notices
{
    public const ABOUT_SITE = 'pinrelay_site';
    public const BESIDE = 'pinrelay_beside';
    public const HIDE = 'pinrelay_hide';
    public const HIDDEN = 'pinrelay_hidden';
    public const UPDATED = 'pinrelay_updated';

    /** @param string $site CopyGuard's answer for this request */
    public function __construct(
        private readonly SettingsStore $store,
        private readonly State $state,
        private readonly RelayFactory $relays,
        private readonly string $site,
    ) {
    }

    public function print(): void
    {
        $screen = (string) (get_current_screen()?->id ?? '');
        if (!current_user_can(SettingsPage::CAPABILITY) || !NoticeRules::isPlace($screen)) {
            return;
        }
        $settings = $this->store->settings();
        $report = Report::gather($settings, $this->relays, null);
        $changes = Changes::since((string) $this->state->get(Changes::TOLD, ''));
        $notice = NoticeRules::decide(
            $this->site,
            $report,
            $screen,
            (bool) get_user_meta(get_current_user_id(), self::HIDDEN, true),
            time(),
            $consent = Answers::problem($settings),
            $changes !== [],
        );
        match ($notice) {
            NoticeRules::QUESTION => $this->say('warning', sprintf(
                /* translators: %s: the site's address */
                __(
                    'This site (%s) may be a copy of your shop: its address, or its kind of environment, is not the '
                        . 'one you confirmed. Until you decide, it reports nothing to Pinterest, because a copy would '
                        . 'report trial orders as sales.',
                    'pinrelay',
                ),
                Home::address(),
            ), self::form(self::ABOUT_SITE, [
                'shop' => __('This is the shop', 'pinrelay'),
                'copy' => __('This is a copy', 'pinrelay'),
            ])),
            NoticeRules::COPY => $this->say('info', __(
                'You said that this site is a copy of your shop, so it reports nothing to Pinterest.',
                'pinrelay',
            ), self::form(self::ABOUT_SITE, ['shop' => __('This is the shop after all', 'pinrelay')])),
            NoticeRules::DOUBLED => $this->say('warning', Messages::doubled(), self::form(self::BESIDE, [
                'send' => __('Send from Pinrelay all the same', 'pinrelay'),
            ])),
            NoticeRules::CONSENT => $this->say('error', Messages::consent((string) $consent)),
            NoticeRules::EXTENSION => $this->say(
                'warning',
                Messages::extension($report->extension),
                NoticeRules::mayHide($settings) ? self::form(self::HIDE, [
                    'hide' => __('Do not show this again', 'pinrelay'),
                ]) : '',
            ),
            NoticeRules::TABLE => $this->say('error', Messages::table()),
            NoticeRules::RELAY_ERROR => $this->say('error', Messages::relayError($report->relayError)),
            NoticeRules::PAUSED => $this->say('error', Messages::paused($report->relay['paused']) . ' '
                . __('Your orders wait meanwhile, for up to seven days.', 'pinrelay')),
            NoticeRules::HIDDEN_VISITORS => $this->say('error', Addresses::words(Addresses::headers($report->drops))),
            NoticeRules::TEST_MODE => $this->say('info', __(
                'Test mode is on: Pinterest does not count the sales that your server reports.',
                'pinrelay',
            )),
            NoticeRules::UPDATED => $this->say(
                'info',
                __('After this update it works differently:', 'pinrelay'),
                self::form(self::UPDATED, [Plugin::VERSION => __('Understood', 'pinrelay')]),
                $changes,
            ),
            null => null,
        };
    }

    /**
     * @param string       $form HTML of self::form(); without one, a link to the settings
     * @param list<string> $list below the words
     */
    private function say(string $kind, string $words, string $form = '', array $list = []): void
    {
        $item = static fn (string $one): string => '<li>' . esc_html($one) . '</li>';
        printf(
            '<div class="notice notice-%s"><p><strong>Pinrelay:</strong> %s%s</p>%s%s</div>',
            esc_attr($kind),
            esc_html($words),
            $form !== '' ? '' : sprintf(
                ' <a href="%s">%s</a>',
                esc_url(SettingsPage::url()),
                esc_html__('Open the Pinrelay settings', 'pinrelay'),
            ),
            $list === [] ? '' : '<ul class="ul-disc">' . implode('', array_map($item, $list)) . '</ul>',
            $form,
        );
    }

    /** @param array<string, string> $choices words by value; the first is the main one */
    private static function form(string $action, array $choices): string
    {
        $buttons = '';
        foreach ($choices as $value => $words) {
            $buttons .= sprintf(
                '<button class="button%s" name="choice" value="%s">%s</button> ',
                $buttons === '' && count($choices) > 1 ? ' button-primary' : '',
                esc_attr($value),
                esc_html($words),
            );
        }
        return sprintf(
            '<form method="post" action="%s"><p>%s<input type="hidden" name="action" value="%s">%s</p></form>',
            esc_url(admin_url('admin-post.php')),
            wp_nonce_field($action, '_wpnonce', true, false),
            esc_attr($action),
            $buttons,
        );
    }

    public function takeAnswer(): void
    {
        $choice = $this->choice(self::ABOUT_SITE);
        if ($choice === 'shop' || $choice === 'copy') {
            $this->state->put(CopyGuard::answer($choice === 'shop', Home::hash(), wp_get_environment_type()));
        }
        $this->goBack();
    }

    public function goOn(): void
    {
        if ($this->choice(self::BESIDE) === 'send') {
            $this->state->put([OfficialPlugin::DECIDED => true]);
        }
        $this->goBack();
    }

    public function hide(): void
    {
        if ($this->choice(self::HIDE) === 'hide') {
            update_user_meta(get_current_user_id(), self::HIDDEN, '1');
        }
        $this->goBack();
    }

    /** The version is that of the notice: another update may have come since. */
    public function knowChanges(): void
    {
        $version = $this->choice(self::UPDATED);
        if (version_compare($version, (string) $this->state->get(Changes::TOLD, ''), '>')) {
            $this->state->put([Changes::TOLD => $version]);
        }
        $this->goBack();
    }

    private function choice(string $action): string
    {
        check_admin_referer($action);
        if (!current_user_can(SettingsPage::CAPABILITY)) {
            wp_die(esc_html__('You may not change these settings.', 'pinrelay'), '', ['response' => 403]);
        }
        return is_string($_POST['choice'] ?? null) ? $_POST['choice'] : '';
    }

    private function goBack(): never
    {
        wp_safe_redirect(wp_get_referer() ?: SettingsPage::url());
        exit;
    }
}
