<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Mapping;

/**
 * The language of a locale as Pinterest wants it: ISO 639-1, two letters (docs/wire-contract.md#event-object), or
 * nothing. Cut to two letters, WordPress' `roh` would be Romanian and `kir` nothing; they are `rm` and `ky`. The same
 * table as the extension's (src/event/language.rs), which a test compares.
 *
 * Pure: no WordPress, no clock, no I/O.
 */
final class Language
{
    private const CODES = ' '
        . 'aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv '
        . 'dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie '
        . 'ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv '
        . 'mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm '
        . 'rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts '
        . 'tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu ';

    /** Codes of three letters, and those of two that mean the same. */
    private const PAIRS = ' '
        . 'aar:aa abk:ab afr:af aka:ak alb:sq als:sq amh:am ara:ar arb:ar arg:an arm:hy asm:as ava:av ave:ae '
        . 'aym:ay ayr:ay aze:az azj:az bak:ba bam:bm baq:eu bel:be ben:bn bis:bi bod:bo bos:bs bre:br bul:bg '
        . 'bur:my cat:ca ces:cs cha:ch che:ce chi:zh chu:cu chv:cv cmn:zh cor:kw cos:co cre:cr cwd:cr cym:cy '
        . 'cze:cs dan:da deu:de div:dv drh:mn dut:nl dzo:dz ekk:et ell:el eng:en epo:eo est:et eus:eu ewe:ee '
        . 'fao:fo fas:fa fij:fj fin:fi fra:fr fre:fr fry:fy fuc:ff ful:ff geo:ka ger:de gla:gd gle:ga glg:gl '
        . 'glv:gv gre:el grn:gn gug:gn guj:gu hat:ht hau:ha heb:he her:hz hin:hi hrv:hr hun:hu hye:hy ibo:ig '
        . 'ice:is ido:io iii:ii ike:iu iku:iu ile:ie ina:ia ind:id ipk:ik isl:is ita:it jav:jv jaw:jv jpn:ja '
        . 'kal:kl kan:kn kas:ks kat:ka kau:kr kaz:kk khk:mn khm:km kik:ki kin:rw kir:ky kmr:ku knc:kr kng:kg '
        . 'kom:kv kon:kg kor:ko kpv:kv kua:kj kur:ku lao:lo lat:la lav:lv lim:li lin:ln lit:lt ltz:lb lub:lu '
        . 'lug:lg lvs:lv mac:mk mah:mh mal:ml mao:mi mar:mr may:ms mkd:mk mlg:mg mlt:mt mon:mn mri:mi msa:ms '
        . 'mya:my nau:na nav:nv nbl:nr nde:nd ndo:ng nep:ne nld:nl nno:nn nob:nb nor:no npi:ne nya:ny oci:oc '
        . 'oji:oj ori:or orm:om ory:or oss:os pan:pa pbu:ps per:fa pes:fa pli:pi plt:mg pol:pl por:pt prs:fa '
        . 'pus:ps que:qu quz:qu roh:rm ron:ro rum:ro run:rn rus:ru sag:sg san:sa sin:si slk:sk slo:sk slv:sl '
        . 'sme:se smo:sm sna:sn snd:sd som:so sot:st spa:es sqi:sq srd:sc srp:sr ssw:ss sun:su swa:sw swc:sw '
        . 'swe:sv swh:sw tah:ty tam:ta tat:tt tel:te tgk:tg tgl:tl tha:th tib:bo tir:ti ton:to tsn:tn tso:ts '
        . 'tuk:tk tur:tr twi:tw uig:ug ukr:uk urd:ur uzb:uz uzn:uz ven:ve vie:vi vol:vo wel:cy wln:wa wol:wo '
        . 'xho:xh ydd:yi yid:yi yor:yo zha:za zho:zh zsm:ms zul:zu zyb:za ';

    /** Codes that were replaced. */
    private const OLD = ['iw' => 'he', 'in' => 'id', 'ji' => 'yi', 'jw' => 'jv', 'mo' => 'ro'];

    /** @param string $locale such as en_US, pt-BR or roh @return string two letters, or '' */
    public static function of(string $locale): string
    {
        $first = strtolower(substr($locale, 0, strcspn($locale, '_-')));
        if (preg_match('/^[a-z]{2,3}$/D', $first) !== 1) {
            return '';
        }
        if (strlen($first) === 2) {
            return self::OLD[$first] ?? (str_contains(self::CODES, " {$first} ") ? $first : '');
        }
        $at = strpos(self::PAIRS, " {$first}:");
        return $at === false ? '' : substr(self::PAIRS, $at + 5, 2);
    }
}
