<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

use Pinrelay\WooCommerce\Admin\SettingsPage;

/**
 * Tells whoever tests his own shop, in the admin bar, that Pinterest does not hear of him: he would look for his visits
 * and his order in vain. Only there, since the bar is on no page of a visitor's.
 */
final class StaffNote
{
    public function add(mixed $bar): void
    {
        if (!$bar instanceof \WP_Admin_Bar || !Requester::isStaff()) {
            return;
        }
        $mayChange = current_user_can(SettingsPage::CAPABILITY);
        $bar->add_node([
            'id' => 'pinrelay-staff',
            'title' => esc_html__('Pinrelay: your visits are not reported', 'pinrelay'),
            'href' => $mayChange ? SettingsPage::url() . '#' . SettingsPage::STAFF_FIELD : false,
            'meta' => ['title' => __(
                'You work for this shop, so what you do here is not reported to Pinterest. To test the tag, look at '
                    . 'the shop in a private window, where you are not logged in.',
                'pinrelay',
            )],
        ]);
    }
}
