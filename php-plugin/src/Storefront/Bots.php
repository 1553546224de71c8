<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Tells programs from people by the user agent they send: Pinterest wants no visits of bots, and a crawler that follows
 * every add-to-cart link would drown the visitors. Orders are not judged by it: whoever pays is a customer.
 *
 * What programs call themselves is isbot's list. The model of an Android phone is not looked at, for there are phones
 * with "bot" in their names (CUBOT_P20, M bot 60), and crawlers that play a phone name themselves behind it. The
 * browser's test is shorter (assets/pinrelay.js): what it refuses is refused here, so that no event loses one half.
 *
 * Pinterest's in-app browser, which names itself "[Pinterest/iOS]", carries the shop's best visitors; only Pinterestbot
 * is a crawler. Pure.
 */
final class Bots
{
    /** More of a user agent says nothing new, and a pattern takes its time for every byte. */
    private const LONGEST = 1000;

    /** A model with "bot" in it, as far as it is one. */
    private const MODEL = '~\(linux;(?: u;)? android [\d.]+; (?:[a-z]{2}-[a-z]{2}; )?\K(?!compatible)'
        . '(?=[^;()/@+]*bot)[^;()/@+]+(?=[;)]| build/)~';

    /** By what those are counted that send none, and those whom only the shop's own filter knows. */
    private const NONE = 'no user agent';
    private const FILTERED = 'by filter';

    private const LONGEST_NAME = 30;

    public static function isBot(string $userAgent): bool
    {
        return self::found($userAgent) !== null;
    }

    /** By what a program is counted: the word that it was known by, in small letters and without a version. */
    public static function name(string $userAgent): string
    {
        return self::found($userAgent) ?? self::FILTERED;
    }

    private static function found(string $userAgent): ?string
    {
        $plain = strtolower(trim(substr($userAgent, 0, self::LONGEST)));
        if ($plain === '') {
            return self::NONE;
        }
        $plain = (string) preg_replace(self::MODEL, 'phone', $plain, 1);
        $isBot = preg_match(BotPattern::AT_START, $plain, $match, PREG_OFFSET_CAPTURE) === 1
            || preg_match(BotPattern::ANYWHERE, $plain, $match, PREG_OFFSET_CAPTURE) === 1;
        return $isBot ? self::word($plain, (int) $match[0][1]) : null;
    }

    /** What it says that it is, else the word around a place: "googlebot" rather than "bot". */
    private static function word(string $plain, int $at): string
    {
        if (preg_match('/compatible; ?(?!msie)([a-z][\w.-]*)/', $plain, $named) === 1) {
            return substr($named[1], 0, self::LONGEST_NAME);
        }
        $before = (string) preg_replace('/^.*[^\w.-]/s', '', substr($plain, 0, $at));
        preg_match('/[a-z][\w.-]*/', $before . substr($plain, $at), $word);
        return substr($word[0] ?? 'unnamed', 0, self::LONGEST_NAME);
    }
}
