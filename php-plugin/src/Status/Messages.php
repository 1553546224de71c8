<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Status;

use Pinrelay\WooCommerce\Consent\Answers;
use Pinrelay\WooCommerce\Relay\Extension;
use Pinrelay\WooCommerce\Relay\RelayError;

/** Says to the owner of a shop what happened and what to do. Plain text: the caller escapes it. */
final class Messages
{
    public static function extension(string $state): string
    {
        return match ($state) {
            Extension::MISSING => __(
                'The Pinrelay extension for PHP is not installed on this web server, so orders are not sent from the '
                    . 'server yet. Ask your host, or whoever looks after your server, to install it. Until then the '
                    . 'Pinterest tag works in the browser, and your orders wait for up to seven days.',
                'pinrelay',
            ),
            Extension::OLD => __(
                'The Pinrelay extension for PHP on this web server is too old for this version of the plugin, so '
                    . 'orders are not sent from the server. Ask your host, or whoever looks after your server, to '
                    . 'update it. Until then your orders wait for up to seven days.',
                'pinrelay',
            ),
            default => __('The Pinrelay extension for PHP is installed.', 'pinrelay'),
        };
    }

    /** Where the shop's database does not let the outbox's table be made. */
    public static function table(): string
    {
        return __(
            'The database of your shop does not let Pinrelay make its table, so no orders are reported. Please ask '
                . 'your host to let the shop\'s database user create tables. Your checkout is not affected, and '
                . 'orders of the last seven days are reported once the table is there.',
            'pinrelay',
        );
    }

    /** Pinterest's own plugin sends from the server, so ours waits. */
    public static function doubled(): string
    {
        return __(
            'The plugin Pinterest for WooCommerce already sends your sales from the server. If Pinrelay did so, too, '
                . 'Pinterest would count each sale twice. Pinrelay therefore sends nothing from the server until you '
                . 'decide; your orders wait for up to seven days. We suggest that you switch off the Conversions API '
                . 'in the settings of that plugin.',
            'pinrelay',
        );
    }

    /** @param Answers::NO_* $problem */
    public static function consent(string $problem): string
    {
        return match ($problem) {
            Answers::NO_API => __(
                'Nothing is reported to Pinterest: Pinrelay waits for consent from the plugin WP Consent API, which is '
                    . 'not active. Please activate it, or choose another way in the Pinrelay settings.',
                'pinrelay',
            ),
            Answers::NO_TYPE => __(
                'Visitors who have not agreed are not reported to Pinterest, and no cookie banner has '
                    . 'reported an answer yet. Please check that your banner is active and works with the plugin '
                    . 'WP Consent API, or choose another way in the Pinrelay settings.',
                'pinrelay',
            ),
            default => sprintf(
                /* translators: %d: number of orders */
                __(
                    'Your last %d orders came without consent, so they were not reported to Pinterest. Please place an '
                        . 'order yourself and accept marketing cookies in your banner. If this notice stays, the '
                        . 'banner does not pass the answer on to Pinrelay.',
                    'pinrelay',
                ),
                Answers::MANY,
            ),
        };
    }

    /**
     * @param list<string> $others ids of tags that others load, '' for one that is not known
     * @return ?string null when there is none
     */
    public static function secondTag(array $others, string $ours): ?string
    {
        if ($others === []) {
            return null;
        }
        $ids = implode(', ', array_filter($others));
        return match (true) {
            $ids === $ours => __(
                'Something else loads your Pinterest tag a second time: another plugin, a tag manager or your theme. '
                    . 'Visits and sales may be counted twice. Please remove the other one.',
                'pinrelay',
            ),
            $ids === '' => __(
                'Something else loads a Pinterest tag, too: another plugin, a tag manager or your theme. Visits and '
                    . 'sales may be counted twice. Please remove the other one.',
                'pinrelay',
            ),
            default => sprintf(
                /* translators: %s: one or more tag ids */
                __(
                    'Something else loads another Pinterest tag (%s): a plugin, a tag manager or your theme. Two tags '
                        . 'on a page take each other\'s events. Please remove the one that you do not need.',
                    'pinrelay',
                ),
                $ids,
            ),
        };
    }

    public static function relayError(RelayError $error): string
    {
        $what = match ($error->reason) {
            'full' => __(
                'The folder where Pinrelay keeps waiting orders is full. Please free disk space on the server.',
                'pinrelay',
            ),
            'readonly' => __(
                'The folder where Pinrelay keeps waiting orders cannot be written. '
                    . 'Please let the web server\'s user write to it.',
                'pinrelay',
            ),
            'foreign_owner' => __(
                'The folder where Pinrelay keeps waiting orders belongs to another user of the server. Please give it '
                    . 'to the web server\'s user, or name another folder with PINRELAY_SPOOL_DIR in wp-config.php.',
                'pinrelay',
            ),
            'foreign_site' => __(
                'The folder where Pinrelay keeps waiting orders belongs to another shop, or was copied from one. '
                    . 'Please name a folder of its own with PINRELAY_SPOOL_DIR in wp-config.php.',
                'pinrelay',
            ),
            'unsafe' => __(
                'The folder where Pinrelay keeps waiting orders is open to other users of the server. Please let only '
                    . 'the web server\'s user enter it.',
                'pinrelay',
            ),
            'later_version' => __(
                'The folder where Pinrelay keeps waiting orders was written by a later version of the extension. '
                    . 'Please install that version again, or a newer one. Orders wait until then.',
                'pinrelay',
            ),
            'disabled' => __('The extension for PHP is switched off in the settings of PHP.', 'pinrelay'),
            'io' => __(
                'The folder where Pinrelay keeps waiting orders cannot be used. Please ask your host to look at it.',
                'pinrelay',
            ),
            RelayError::CONFIG => __(
                'The extension for PHP does not take one of its settings. Please ask whoever looks after your server '
                    . 'to look at the settings of PHP.',
                'pinrelay',
            ),
            RelayError::BROKEN => __(
                'The extension for PHP failed in a way that it should not. Please ask whoever looks after your server '
                    . 'to install it anew.',
                'pinrelay',
            ),
            RelayError::SERVED => __(
                'Your web server would hand out the folder where Pinrelay keeps waiting orders to anybody. Please name '
                    . 'a folder outside the website with PINRELAY_SPOOL_DIR in wp-config.php.',
                'pinrelay',
            ),
            RelayError::UNPROBED => __(
                'The folder for waiting orders has yet to be checked: nobody may read it over the web. '
                    . 'This happens within a minute.',
                'pinrelay',
            ),
            RelayError::NO_PLACE => __(
                'There is no folder for waiting orders yet. The next visit to the shop makes one.',
                'pinrelay',
            ),
            default => __('The server cannot keep events for Pinterest at the moment.', 'pinrelay'),
        };
        $meanwhile = __('Your checkout is not affected. Orders wait in the shop\'s database.', 'pinrelay');

        return $error->isPassing() ? $what : $what . ' ' . $meanwhile;
    }

    /** @param array{reason: string, http_status: ?int} $paused of Relay::status() */
    public static function paused(array $paused): string
    {
        return match ($paused['reason']) {
            'unauthorized' => self::answer(401),
            'forbidden' => self::answer(403),
            'unknown_account' => self::answer(404),
            'all_rejected' => __(
                'Pinterest refused the last ten events one after another, so no more are sent. Read what it says about '
                    . 'them in the Pinrelay settings, mend the cause, and save the settings. Pinrelay also asks again '
                    . 'by itself every quarter of an hour.',
                'pinrelay',
            ),
            'configuration' => __(
                'Something between your server and Pinterest, such as a proxy or a firewall, does not let the events '
                    . 'pass. Please ask your host. Pinrelay asks again by itself every quarter of an hour.',
                'pinrelay',
            ),
            default => sprintf(
                /* translators: %s: a reason in one technical word */
                __('Sending has stopped (%s). Check the settings and save them again.', 'pinrelay'),
                $paused['reason'],
            ),
        };
    }

    /** @param array{http_status: ?int} $error the last of Relay::status(); its message has Pinterest's own words */
    public static function error(array $error): string
    {
        $status = $error['http_status'] ?? 0;
        return match (true) {
            $status >= 200 && $status < 300 => __(
                'Pinterest answered in a way that Pinrelay does not understand.',
                'pinrelay',
            ),
            in_array($status, [400, 413, 422], true) => __('Pinterest refused an event.', 'pinrelay'),
            default => self::answer($status),
        };
    }

    /**
     * What an HTTP status of Pinterest's API means to the owner (docs/wire-contract.md#responses). 0: no answer at all.
     */
    public static function answer(int $status): string
    {
        return match (true) {
            $status === 200 => __('Pinterest accepted a test event. The connection works.', 'pinrelay'),
            $status === 401 => __(
                'Pinterest does not accept the access token: it is wrong, or no longer valid. Make a new one in '
                    . 'Pinterest Ads Manager and enter it here.',
                'pinrelay',
            ),
            $status === 403 => __(
                'The access token may not send events for this ad account. Check the ad account ID, or make the token '
                    . 'with a Pinterest user who can manage this account.',
                'pinrelay',
            ),
            $status === 404 => __('Pinterest does not know this ad account. Check the ad account ID.', 'pinrelay'),
            $status === 400, $status === 422 => __('Pinterest answered, but refused the test event.', 'pinrelay'),
            $status === 429 => __(
                'Pinterest asks to wait before sending more. Pinrelay waits and tries again by itself.',
                'pinrelay',
            ),
            $status >= 500 => __(
                'Pinterest has a problem of its own at the moment. Pinrelay tries again by itself.',
                'pinrelay',
            ),
            $status === 0 => __(
                'Pinterest could not be reached from this server. If this lasts, ask your host whether the server may '
                    . 'connect to api.pinterest.com. Pinrelay tries again by itself.',
                'pinrelay',
            ),
            default => sprintf(
                /* translators: %d: an HTTP status code */
                __('The answer was unexpected (HTTP status %d).', 'pinrelay'),
                $status,
            ),
        };
    }
}
