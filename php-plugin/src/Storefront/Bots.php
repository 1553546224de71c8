<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * Tells programs from people by the user agent they send: Pinterest wants no visits of bots, and a crawler that follows
 * every add-to-cart link would drown the shoppers. Orders are not judged by it: whoever pays is a customer.
 *
 * Pinterest's in-app browser, which names itself "[Pinterest/iOS]", carries the shop's best visitors; only Pinterestbot
 * is a crawler. Pure.
 */
final class Bots
{
    /** What programs call themselves. CUBOT makes phones. */
    private const NAMES = '/(?<!cu)bot\b|bot[\/;_-]|crawl|spider|slurp|archiver|scrap(er|y)|\+https?:\/\/'
        . '|facebookexternalhit|bingpreview|headless|phantomjs|selenium|puppeteer|lighthouse|pagespeed|gtmetrix'
        . '|pingdom|uptime|statuscake'
        . '|\b(curl|wget|python|java|perl|ruby|php|okhttp|axios|go-http-client|node-fetch|libwww-perl|httpie|guzzle'
        . '|apache-httpclient|postmanruntime|wordpress)[\/ -]\S*\d/i';

    public static function isBot(string $userAgent): bool
    {
        return trim($userAgent) === '' || preg_match(self::NAMES, $userAgent) === 1;
    }

    /** By what a program is counted: what it was known by, in small letters. */
    public static function name(string $userAgent): string
    {
        if (trim($userAgent) === '') {
            return 'no user agent';
        }
        $isKnown = preg_match(self::NAMES, $userAgent, $found) === 1;
        return $isKnown ? strtolower((string) strtok($found[0], '/')) : 'by filter';
    }
}
