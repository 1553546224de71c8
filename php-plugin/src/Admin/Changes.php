<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Admin;

/**
 * What a version does otherwise than the one before, for the owner of a shop that was updated: he is told once. The
 * long form is CHANGELOG.md.
 */
final class Changes
{
    /** In Settings\State: the version up to which the owner knows; absent in a site that is older than this list. */
    public const TOLD = 'changes_told';

    /** @return list<string> sentences about all versions after this one, the newest first */
    public static function since(string $told): array
    {
        $isNew = static fn (string $version): bool => version_compare($version, $told, '>');
        return array_merge(...array_values(array_filter(self::all(), $isNew, ARRAY_FILTER_USE_KEY)));
    }

    /** @return array<string, list<string>> by version, the newest first */
    private static function all(): array
    {
        return [
            '0.1.0' => [
                __('Pages are signed in another way: empty the caches of your pages now.', 'pinrelay'),
                __(
                    'With the WP Consent API, a visitor who has not answered is reported only where the banner says '
                        . 'that its type is "optout". Where it says none, nothing is reported: a red notice says so.',
                    'pinrelay',
                ),
                __(
                    'An order that an express button makes counts once its visitor was seen. Paid orders of unknown '
                        . 'sources are listed in the settings, where one click makes a source count.',
                    'pinrelay',
                ),
                __(
                    'Order statuses of other plugins are listed in the settings as paid, waiting or no sale.',
                    'pinrelay',
                ),
                __('Visits of you and your staff are not reported, unless you say so in the settings.', 'pinrelay'),
                __('A sale in a currency that ISO 4217 does not list is reported without its amounts.', 'pinrelay'),
            ],
        ];
    }
}
