<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Storefront;

/**
 * What programs call themselves in their user agents, in small letters. Made by tests/support/bot-pattern.mjs from the
 * list of isbot 5.2.3 (npm, The Unlicense, which puts it into the public domain); not edited by hand.
 */
final class BotPattern
{
    public const AT_START = '~^(?:'
        . '[<\\(;]|[\\w \\.\\-\\(?:\\):%]+(?:/v?\\d+(?:\\.\\d+)?(?:\\.\\d{1,10})*?)?(?:,|$)|[\\w\\-]+/[\\w]+$|'
        . '[^ ]{50,}$|\\d+\\b|\\w*search\\b|\\w+/[\\w\\(\\)]*$|\\w+/\\d\\.\\d\\s\\([\\w@]+\\)$|active|'
        . 'ad muncher|amaya|apache/|avsdevicesdk/|azure|biglotron|blackbox exporter|bot|clamav[ /]|'
        . 'claude-code/|client/|cobweb/|custom|ddg[_-]android|discourse|dispatch/\\d|downcast/|duckduckgo|'
        . 'email|exodusmovement|facebook|getright/|gozilla/|hobbit|hotzonu|hwcdn/|igetter/|jeode/|jetty/|'
        . 'jigsaw|microsoft bits|movabletype|mozilla/\\d\\.\\d\\s[\\w\\.-]+$|'
        . 'mozilla/\\d\\.\\d\\s\\((?:compatible;)?(?:\\s?[\\w\\d\\-.]+[\\s/]\\d+\\.\\d+)?\\)$|navermailapp|'
        . 'netsurf|offline|openai/|owler|php|postman|ps_daily/|python|rank|read|reed|remove\\.bg/|rest|rss|'
        . 'snapchat|sora |space bison|stape/|svn|swcd |taringa|thumbor/|track|w3c|webbandit/|webcopier|wget|'
        . 'whatsapp|wordpress|xenu link sleuth|yahoo|yandex|zdm/\\d|zoom marketplace/'
        . ')~D';

    public const ANYWHERE = '~'
        . 'a(?:buse|dvisor|gent\\b|nalyzer|rchive|sk jeeves/teoma|ttracta|udit)|b(?:luecoat drtr|rowsex|'
        . 'urpcollaborator)|c(?:apture|atch|heck\\b|hecker|hrome-lighthouse|hromeframe|lassifier|loudflare|'
        . 'ollapsify\\b|onvertify|ookiehubverify/|rawl|ursor/|ypress/)|d(?:areboost|atanyze|ejaclick|etect|'
        . 'iscovery|mbrowser|ownload)|e(?:xaleadcloudview)|f(?:eed|irephp|oregenix|unctionize)|g(?:rab)|'
        . 'h(?:ardenize\\b|eadless|otjar|ttrack|ubspot marketing grader)|i(?:bisbrowser|nfrawatch|nsight|'
        . 'nspect|plabel)|j(?:ava(?!;))|l(?:ibrary|inkcheck|inktiger)|m(?:ail\\.ru/|anus-user/|arketgoo/|'
        . 'easure|onitor\\b)|n(?:eustar wpm|ode\\b|utch)|o(?:ffbyone|penvas|ptimize)|p(?:ageburst|agespeed|'
        . 'arser|hantomjs|ingdom|laywright|owermarks|review|roductfinder|rospectingstudio|roxy|tst[ /]\\d)|'
        . 'r(?:adar|eadable/|etriever|exx;|igor|ss\\b)|s(?:crape|ecurityheaders|elenium|erver|ilktide|indup/|'
        . 'ogou|parkler/|peedcurve|pider|plash|tatuscake|upercleaner|ynapse|ynthetic)|t(?:estlocally|ools|'
        . 'orrent|ranscoder)|u(?:rl)|v(?:alidator|irtuoso)|w(?:appalyzer|atchtowr|ebglance|ebkit2png|hatcms/)|'
        . 'x(?:tate/)| daum[ /]| deusu/|(?:^|[^g])news(?!sapphire)|(?<! channel/|google/)google(?!(?:wv|app|'
        . '/google| pixel))|(?<! cu)bots?(?:\\b|_)|(?<!cam)scan|(?<!lib)http|24x7|;\\s\\w+;$|'
        . '@[a-z][\\w\\-]+\\.|\\(\\)|\\.com\\b|\\b\\w+/1\\.0;|\\bbw/|\\bdlc\\b|\\bort/|\\bperl\\b|\\btime/|\\|'
        . '~D';
}
