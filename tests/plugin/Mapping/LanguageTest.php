<?php

declare(strict_types=1);

namespace Pinrelay\WooCommerce\Tests\Mapping;

use PHPUnit\Framework\TestCase;
use Pinrelay\WooCommerce\Mapping\Language;

/** Over every locale that WordPress has. */
final class LanguageTest extends TestCase
{
    /** Locales that begin with the two letters of their language. */
    private const TWO = 'af am ar as az az_TR ba bg_BG bn_BD bn_IN bo bs_BA ca ca_valencia co cs_CZ cy da_DK de_AT '
        . 'de_CH de_DE de_DE_formal dv el en_AU en_CA en_GB en_NZ en_US en_ZA eo es_AN es_AR es_CL es_CO es_CR es_DO '
        . 'es_EC es_ES es_GT es_HN es_MX es_PE es_PR es_UY es_VE et eu fa_AF fa_IR fi fo fr_BE fr_CA fr_FR fy ga gd '
        . 'gl_ES gu he_IL hi_IN hr hu_HU hy id_ID is_IS it_IT ja jv_ID ka_GE kk km kn ko_KR lb_LU li lo lt_LT lv '
        . 'mg_MG mk_MK ml_IN mn mr ms_MY my_MM nb_NO ne_NP nl_BE nl_NL nl_NL_formal nn_NO os pa_IN pa_PK pl_PL ps '
        . 'pt_AO pt_BR pt_PT pt_PT_ao90 ro_RO ru_RU sa_IN si_LK sk_SK sl_SI so_SO sq sq_XK sr_RS su_ID sv_SE sw '
        . 'ta_IN ta_LK te tg th tl tr_TR tt_RU ug_CN uk ur uz_UZ vi wo zh_CN zh_HK zh_SG zh_TW';

    private const THREE = [
        'arg' => 'an', 'bel' => 'be', 'bre' => 'br', 'cor' => 'kw', 'dzo' => 'dz', 'ewe' => 'ee', 'fuc' => 'ff',
        'hat' => 'ht', 'hau' => 'ha', 'ibo' => 'ig', 'ido' => 'io', 'kal' => 'kl', 'kin' => 'rw', 'kir' => 'ky',
        'kmr' => 'ku', 'lin' => 'ln', 'lug' => 'lg', 'mlt' => 'mt', 'mri' => 'mi', 'oci' => 'oc', 'ory' => 'or',
        'roh' => 'rm', 'sna' => 'sn', 'snd' => 'sd', 'srd' => 'sc', 'ssw' => 'ss', 'tah' => 'ty', 'tir' => 'ti',
        'tuk' => 'tk', 'wol' => 'wo', 'xho' => 'xh', 'yor' => 'yo', 'zul' => 'zu',
    ];

    /** Languages that ISO 639-1 has no code for. */
    private const NONE = 'arq ary art_xemoji art_xpirate ast azb bal bcc bgn bho brx ceb ckb dsb fon frp fur gax '
        . 'haw_US '
        . 'haz hsb kaa kab lij lmo mai me_ME mfe nqo pap_AW pap_CW pcd pcm rhg sah scn skr syr szl twd tzm '
        . 'vec zgh';

    public function testALocaleGivesTheLanguageOfIso6391OrNothing(): void
    {
        foreach (explode(' ', self::TWO) as $locale) {
            self::assertSame(substr($locale, 0, 2), Language::of($locale), $locale);
        }
        foreach (self::THREE as $locale => $language) {
            self::assertSame($language, Language::of($locale), $locale);
        }
        foreach (explode(' ', self::NONE . ' xx english x') as $locale) {
            self::assertSame('', Language::of($locale), $locale);
        }
        self::assertSame(['', 'he', 'pt'], [Language::of(''), Language::of('iw_IL'), Language::of('PT-br')]);
    }
}
