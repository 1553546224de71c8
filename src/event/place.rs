//! Where the buyer lives: country, state, city and postcode as Pinterest wants
//! them before hashing. docs/wire-contract.md#user-data. The form of a rule is
//! that of `person`.

use super::person::lower;

/// ISO 3166-1 alpha-2, two letters each, and Kosovo's user-assigned XK, which shops offer.
const COUNTRIES: &str = "\
    ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZ\
    CACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCYCZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFR\
    GAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISITJEJMJOJP\
    KEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMT\
    MUMVMWMXMYMZNANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURW\
    SASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZ\
    UAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/// The same as a list, which is sorted.
const CODES: [[u8; 2]; COUNTRIES.len() / 2] = {
    let text = COUNTRIES.as_bytes();
    let mut codes = [[0; 2]; COUNTRIES.len() / 2];
    let mut at = 0;
    while at < codes.len() {
        codes[at] = [text[at * 2], text[at * 2 + 1]];
        at += 1;
    }
    codes
};

/// The alpha-2 code of this text, in upper case.
pub(super) fn country_code(text: &str) -> Option<&'static str> {
    let [first, second]: [u8; 2] = text.as_bytes().try_into().ok()?;
    let wanted = [first.to_ascii_uppercase(), second.to_ascii_uppercase()];
    let at = CODES.binary_search(&wanted).ok()?;
    COUNTRIES.get(at * 2..at * 2 + 2)
}

/// ISO 3166-1 alpha-2, lower case.
pub(super) fn country(text: &str, normal: &mut String) -> Result<(), &'static str> {
    let code = country_code(text).ok_or("not an ISO 3166 two-letter country code")?;
    lower(code, normal);
    Ok(())
}

/// A two-letter code, lower case; ISO 3166-2's country part (`DE-BY`) is dropped,
/// because that is how WooCommerce writes some countries' states. In the United
/// States and Canada a wallet or an import may say the name: `California` is `ca`.
pub(super) fn state(
    text: &str,
    country: Option<&str>,
    normal: &mut String,
) -> Result<(), &'static str> {
    let letters = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let (country, code) = match text.split_once(['-', '_']) {
        Some((said, code)) if letters(said) => (country_code(said).or(country), code.trim()),
        _ => (country, text),
    };
    if letters(code) {
        lower(code, normal);
        return Ok(());
    }
    let names = match country {
        Some("US") => US_STATES,
        Some("CA") => CANADIAN_PROVINCES,
        _ => &[],
    };
    let plain: String = code
        .chars()
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, 'é' | 'è') { 'e' } else { c })
        .filter(char::is_ascii_alphabetic)
        .collect();
    let named = names.iter().find(|(name, _)| *name == plain);
    let (_, code) = named.ok_or("not a two-letter state code")?;
    normal.push_str(code);
    Ok(())
}

/// Names without spaces, and the Postal Service's codes.
const US_STATES: &[(&str, &str)] = &[
    ("alabama", "al"),
    ("alaska", "ak"),
    ("americansamoa", "as"),
    ("arizona", "az"),
    ("arkansas", "ar"),
    ("california", "ca"),
    ("colorado", "co"),
    ("connecticut", "ct"),
    ("delaware", "de"),
    ("districtofcolumbia", "dc"),
    ("florida", "fl"),
    ("georgia", "ga"),
    ("guam", "gu"),
    ("hawaii", "hi"),
    ("idaho", "id"),
    ("illinois", "il"),
    ("indiana", "in"),
    ("iowa", "ia"),
    ("kansas", "ks"),
    ("kentucky", "ky"),
    ("louisiana", "la"),
    ("maine", "me"),
    ("maryland", "md"),
    ("massachusetts", "ma"),
    ("michigan", "mi"),
    ("minnesota", "mn"),
    ("mississippi", "ms"),
    ("missouri", "mo"),
    ("montana", "mt"),
    ("nebraska", "ne"),
    ("nevada", "nv"),
    ("newhampshire", "nh"),
    ("newjersey", "nj"),
    ("newmexico", "nm"),
    ("newyork", "ny"),
    ("northcarolina", "nc"),
    ("northdakota", "nd"),
    ("northernmarianaislands", "mp"),
    ("ohio", "oh"),
    ("oklahoma", "ok"),
    ("oregon", "or"),
    ("pennsylvania", "pa"),
    ("puertorico", "pr"),
    ("rhodeisland", "ri"),
    ("southcarolina", "sc"),
    ("southdakota", "sd"),
    ("tennessee", "tn"),
    ("texas", "tx"),
    ("usvirginislands", "vi"),
    ("utah", "ut"),
    ("vermont", "vt"),
    ("virginia", "va"),
    ("virginislands", "vi"),
    ("washington", "wa"),
    ("washingtondc", "dc"),
    ("westvirginia", "wv"),
    ("wisconsin", "wi"),
    ("wyoming", "wy"),
    ("dc", "dc"),
];

/// Names without spaces, and Canada Post's codes.
const CANADIAN_PROVINCES: &[(&str, &str)] = &[
    ("alberta", "ab"),
    ("britishcolumbia", "bc"),
    ("manitoba", "mb"),
    ("newbrunswick", "nb"),
    ("newfoundland", "nl"),
    ("newfoundlandandlabrador", "nl"),
    ("northwestterritories", "nt"),
    ("novascotia", "ns"),
    ("nunavut", "nu"),
    ("ontario", "on"),
    ("princeedwardisland", "pe"),
    ("quebec", "qc"),
    ("saskatchewan", "sk"),
    ("yukon", "yt"),
    ("yukonterritory", "yt"),
];

/// Digits only. A postcode with letters has no known form, so it is left out.
pub(super) fn postcode(text: &str, normal: &mut String) -> Result<(), &'static str> {
    for c in text.chars() {
        match c {
            '0'..='9' => normal.push(c),
            '-' => {}
            c if c.is_whitespace() => {}
            _ => return Err("a postcode with more than digits, hyphens and spaces"),
        }
    }
    if normal.is_empty() {
        return Err("a postcode without digits");
    }
    Ok(())
}

/// Lower case without spaces and punctuation; letters of every script stay.
pub(super) fn city(text: &str, normal: &mut String) -> Result<(), &'static str> {
    let kept = |c: &char| !c.is_whitespace() && !c.is_control() && !is_punctuation(*c);
    if text.is_ascii() {
        normal.extend(text.chars().filter(kept));
        normal.make_ascii_lowercase();
    } else {
        normal.extend(text.to_lowercase().chars().filter(kept));
    }
    if !normal.chars().any(char::is_alphabetic) {
        return Err("not a city: it has no letter");
    }
    Ok(())
}

/// Punctuation and symbols as they occur in place names. Not "everything but
/// letters and digits": vowel signs of Indic scripts are neither, yet belong to the word.
fn is_punctuation(c: char) -> bool {
    if c.is_alphanumeric() {
        return false;
    }
    matches!(c,
        '\0'..='\u{BF}' | '\u{D7}' | '\u{F7}' // ASCII and Latin-1
        | '\u{2B0}'..='\u{2FF}' // spacing marks used as apostrophes
        | '\u{55A}'..='\u{55F}' | '\u{58A}' // Armenian
        | '\u{5BE}' | '\u{5C0}' | '\u{5C3}' | '\u{5F3}' | '\u{5F4}' // Hebrew
        | '\u{60C}' | '\u{61B}' | '\u{61F}' | '\u{66A}'..='\u{66D}' | '\u{6D4}' // Arabic
        | '\u{964}' | '\u{965}' | '\u{970}' // Devanagari
        | '\u{E4F}' | '\u{E5A}' | '\u{E5B}' // Thai
        | '\u{1680}' | '\u{2000}'..='\u{206F}' | '\u{2E00}'..='\u{2E7F}' // general
        | '\u{20A0}'..='\u{20CF}' | '\u{2100}'..='\u{2BFF}' // symbols
        | '\u{3000}'..='\u{303F}' | '\u{30A0}' | '\u{30FB}' // CJK
        | '\u{FE10}'..='\u{FE1F}' | '\u{FE30}'..='\u{FE6F}' | '\u{FEFF}'
        | '\u{FF00}'..='\u{FF65}' | '\u{FFE0}'..='\u{FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    type Rule = fn(&str, &mut String) -> Result<(), &'static str>;

    fn apply(rule: Rule, text: &str) -> Option<String> {
        let mut normal = String::new();
        rule(text, &mut normal).ok().map(|()| normal)
    }

    #[test]
    fn a_country_is_an_iso_code_in_either_case() {
        assert_eq!(apply(country, "US").as_deref(), Some("us"));
        assert_eq!(apply(country, "de").as_deref(), Some("de"));
        for text in ["USA", "UK", "XX", "D", "Germany", "ÄÖ", "DA"] {
            assert_eq!(apply(country, text), None, "{text}");
        }
    }

    #[test]
    fn the_country_table_is_sorted_and_holds_249_codes_and_kosovo() {
        assert_eq!(CODES.len(), 250);
        assert!(CODES.is_sorted());
        assert!(CODES.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_state_is_a_two_letter_code_even_in_its_iso_form() {
        let state: Rule = |text, normal| super::state(text, Some("US"), normal);
        for text in [
            "CA",
            "ca",
            "US-CA",
            "us_ca",
            "California",
            "CALIFORNIA",
            "US-California",
        ] {
            assert_eq!(apply(state, text).as_deref(), Some("ca"), "{text}");
        }
        assert_eq!(apply(state, "New  York").as_deref(), Some("ny"));
        assert_eq!(apply(state, "Washington, D.C.").as_deref(), Some("dc"));
        assert_eq!(apply(state, "D.C.").as_deref(), Some("dc"));
        assert_eq!(apply(state, "DE-BY").as_deref(), Some("by"));
        let province: Rule = |text, normal| super::state(text, Some("CA"), normal);
        assert_eq!(apply(province, "Québec").as_deref(), Some("qc"));
        assert_eq!(apply(province, "CA-ON").as_deref(), Some("on"));
        let elsewhere: Rule = |text, normal| super::state(text, Some("GE"), normal);
        assert_eq!(
            apply(elsewhere, "Georgia"),
            None,
            "a name of another country"
        );
        for text in [
            "NSW",
            "Kalifornien",
            "C",
            "13",
            "JP13",
            "AU-NSW",
            "ÖS",
            "-CA",
        ] {
            assert_eq!(apply(state, text), None, "{text}");
        }
    }

    #[test]
    fn a_postcode_is_digits_or_left_out() {
        assert_eq!(apply(postcode, "94105").as_deref(), Some("94105"));
        assert_eq!(apply(postcode, "02139-4307").as_deref(), Some("021394307"));
        assert_eq!(apply(postcode, "114 55").as_deref(), Some("11455"));
        for text in ["SW1A 1AA", "1012 AB", "-", "〒100"] {
            assert_eq!(apply(postcode, text), None, "{text}");
        }
    }

    #[test]
    fn a_city_loses_spaces_and_punctuation_but_no_letter_of_any_script() {
        for (text, normal) in [
            ("New York", "newyork"),
            ("São Paulo", "sãopaulo"),
            ("L'Haÿ-les-Roses", "lhaÿlesroses"),
            ("St. John\u{2019}s", "stjohns"),
            ("Köln (Zentrum)", "kölnzentrum"),
            ("मुंबई", "मुंबई"),
            ("東京　都", "東京都"),
            ("ΑΘΗΝΑ", "αθηνα"),
        ] {
            assert_eq!(apply(city, text).as_deref(), Some(normal), "{text}");
        }
        assert_eq!(apply(city, "..."), None);
    }
}
