//! Languages: ISO 639-1, two letters, as Pinterest wants them
//! (docs/wire-contract.md#event-object).
//!
//! A locale begins with a code of two letters or of three. One of three is made
//! the one of two that means the same language, where there is one: `kir` is
//! Kyrgyz, `ky`, and cut to two letters it would be nothing, as `roh` would be
//! Romanian. The pairs are those of ISO 639-2, and of Unicode's CLDR where
//! WordPress names a language more closely than ISO 639-1 does.

/// ISO 639-1, sorted, two letters each.
const CODES: &str = "\
    aaabaeafakamanarasavayazbabebgbibmbnbobrbscacechcocrcscucvcydadedvdzeeeleneoeseteufafffi\
    fjfofrfygagdglgngugvhahehihohrhthuhyhziaidieigiiikioisitiujajvkakgkikjkkklkmknkokrkskukv\
    kwkylalblglilnloltlulvmgmhmimkmlmnmrmsmtmynanbndnengnlnnnonrnvnyocojomorospapiplpsptqurm\
    rnrorurwsascsdsesgsiskslsmsnsosqsrssstsusvswtatetgthtitktltntotrtstttwtyugukuruzvevivowa\
    woxhyiyozazhzu";

/// Three letters and the two that mean the same, sorted.
const PAIRS: &str = "\
    aaraaabkabafrafakaakalbsqalssqamhamaraararbararganarmhyasmasavaavaveaeaymayayrayazeaz\
    azjazbakbabambmbaqeubelbebenbnbisbibodbobosbsbrebrbulbgburmycatcacescschachchecechizh\
    chucuchvcvcmnzhcorkwcoscocrecrcwdcrcymcyczecsdandadeudedivdvdrhmndutnldzodzekketellel\
    engenepoeoesteteuseueweeefaofofasfafijfjfinfifrafrfrefrfryfyfucfffulffgeokagerdeglagd\
    glegaglgglglvgvgreelgrngnguggngujguhaththauhahebheherhzhinhihrvhrhunhuhyehyiboigiceis\
    idoioiiiiiikeiuikuiuileieinaiaindidipkikislisitaitjavjvjawjvjpnjakalklkanknkaskskatka\
    kaukrkazkkkhkmnkhmkmkikkikinrwkirkykmrkuknckrkngkgkomkvkonkgkorkokpvkvkuakjkurkulaolo\
    latlalavlvlimlilinlnlitltltzlblubluluglglvslvmacmkmahmhmalmlmaomimarmrmaymsmkdmkmlgmg\
    mltmtmonmnmrimimsamsmyamynaunanavnvnblnrndendndongnepnenldnlnnonnnobnbnornonpinenyany\
    ociocojiojoriorormomoryorossospanpapbupsperfapesfaplipipltmgpolplporptprsfapuspsquequ\
    quzqurohrmronrorumrorunrnrusrusagsgsansasinsislksksloskslvslsmesesmosmsnasnsndsdsomso\
    sotstspaessqisqsrdscsrpsrsswsssunsuswaswswcswswesvswhswtahtytamtatatttteltetgktgtgltl\
    thathtibbotirtitontotsntntsotstuktkturtrtwitwuigugukrukurduruzbuzuznuzvenvevievivolvo\
    welcywlnwawolwoxhoxhyddyiyidyiyoryozhazazhozhzsmmszulzuzybza";

/// The ISO 639-1 code of a locale such as `en_US`, `pt-BR` or `roh`.
pub(super) fn code(locale: &str) -> Option<&'static str> {
    let first = locale.split(['_', '-']).next()?.to_ascii_lowercase();
    match first.as_str() {
        "iw" => Some("he"),
        "in" => Some("id"),
        "ji" => Some("yi"),
        "jw" => Some("jv"),
        "mo" => Some("ro"),
        _ => entry(CODES, 2, &first)
            .or_else(|| entry(PAIRS, 5, &first).and_then(|pair| pair.get(3..))),
    }
}

/// The entry of a table of entries of `width` bytes that begins with all of `start`.
fn entry(table: &'static str, width: usize, start: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0, table.len() / width);
    let letters = if width == 2 { 2 } else { 3 };
    if start.len() != letters {
        return None;
    }
    while low < high {
        let middle = low.midpoint(high);
        let found = table.get(middle * width..(middle + 1) * width)?;
        match found.get(..letters)?.cmp(start) {
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
            std::cmp::Ordering::Equal => return Some(found),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_each_pair_means_a_code() {
        let entries = |table: &'static str, width: usize| -> Vec<&'static str> {
            (0..table.len() / width)
                .map(|at| &table[at * width..(at + 1) * width])
                .collect()
        };
        let (codes, pairs) = (entries(CODES, 2), entries(PAIRS, 5));
        assert_eq!((codes.len(), pairs.len()), (183, 233));
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(pairs.windows(2).all(|pair| pair[0][..3] < pair[1][..3]));
        assert!(pairs.iter().all(|pair| codes.contains(&&pair[3..])));
    }

    #[test]
    fn a_locale_of_wordpress_is_its_language_or_nothing() {
        for (locale, expected) in [
            ("en_US", Some("en")),
            ("pt-BR", Some("pt")),
            ("DE", Some("de")),
            ("de_DE_formal", Some("de")),
            ("roh", Some("rm")),
            ("kir", Some("ky")),
            ("kmr", Some("ku")),
            ("ory", Some("or")),
            ("tl", Some("tl")),
            ("iw_IL", Some("he")),
            ("ast", None),
            ("ckb", None),
            ("ceb", None),
            ("me_ME", None),
            ("art_xemoji", None),
            ("", None),
            ("é", None),
            ("x", None),
            ("english", None),
        ] {
            assert_eq!(code(locale), expected, "{locale}");
        }
    }
}
