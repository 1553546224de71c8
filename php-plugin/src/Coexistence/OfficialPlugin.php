<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Coexistence;

/**
 * Pinterest's own plugin, "Pinterest for WooCommerce". Where it sends conversions from the server, too, each sale would
 * reach Pinterest twice under two ids and be counted twice.
 */
final class OfficialPlugin
{
    private const OPTION = 'pinterest_for_woocommerce';

    /** In our state: the owner wants our server half although the other plugin sends. */
    public const DECIDED = 'beside_official';

    /** Whether it is active and its Conversions API is switched on. */
    public static function sendsFromServer(): bool
    {
        return defined('PINTEREST_FOR_WOOCOMMERCE_VERSION') && self::isSwitchedOn(get_option(self::OPTION, []));
    }

    /** @param mixed $settings as that plugin stores them. Pure */
    public static function isSwitchedOn(mixed $settings): bool
    {
        return is_array($settings)
            && !empty($settings['track_conversions'])
            && !empty($settings['track_conversions_capi']);
    }
}
