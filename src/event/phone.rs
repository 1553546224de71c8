//! Phone numbers: digits only, with the country code, without leading zeros.
//! docs/wire-contract.md#user-data. A national number gets its code from the
//! billing country.
//!
//! The numbering plans come from `phonelib`, a table compiled in: measured against
//! `phonenumber` (libphonenumber's rules, 90 ms and 4 MB at the first parse of each
//! process) and `rlibphonenumber` (10 ms), it costs microseconds and no start-up,
//! which matters where PHP's processes are short. Without the rules below it misread
//! at least 73 of some 3,400 example numbers, 63 of them written with the country
//! code but without the plus; `tests/event/phone_oracle.rs` holds the result
//! against `phonenumber`.

use phonelib::{Country, ParseError, PhoneFormat, PhoneNumber, PhoneNumberType};

/// More text than a number with a label and an extension has.
const LONGEST: usize = 96;

const NOT_A_NUMBER: &str = "not a phone number";

/// The digits of `text`, read in `country` (alpha-2) where it has no country code of its own.
pub(super) fn digits(
    text: &str,
    country: Option<&str>,
    normal: &mut String,
) -> Result<(), &'static str> {
    let plain = plain(text).ok_or(NOT_A_NUMBER)?;
    // Some territories of ISO 3166 have no plan of their own.
    let number = match country.and_then(phonelib::country_by_code) {
        Some(country) => in_country(&plain, country),
        None => abroad(&plain),
    }?;
    normal.push_str(number.e164().trim_start_matches('+'));
    Ok(())
}

/// A number that has to carry its country code: no country says how else to read it.
fn abroad(plain: &str) -> Result<PhoneNumber, &'static str> {
    const NATIONAL: &str = "a phone number without country code needs user.country";
    let with_code = plain.strip_prefix('+').or(plain.strip_prefix("00"));
    if with_code.is_none() && plain.starts_with('0') {
        return Err(NATIONAL);
    }
    PhoneNumber::try_parse(plain)
        .and_then(in_plan)
        .or_else(|error| with_code.map_or(Err(error), international))
        .map_err(|error| match error {
            ParseError::MissingCallingCode => NATIONAL,
            other => rule(other),
        })
}

/// A number as somebody in `country` writes it: with a country code behind `+` or
/// an access code, with the code but without the plus, or national.
fn in_country(plain: &str, country: &Country) -> Result<PhoneNumber, &'static str> {
    if let Some(digits) = plain.strip_prefix('+') {
        return international(digits).map_err(rule);
    }
    let own_code = |digits: &str| {
        let number = international(digits).ok()?;
        (number.country().prefix == country.prefix).then_some(number)
    };
    // People write 00 everywhere, also where the plan dials out differently and the
    // library would read 00855 in Cambodia as its access code 008 and Brazil.
    let behind_00 = plain.strip_prefix("00");
    if let Some(number) = behind_00.and_then(own_code) {
        return Ok(number);
    }
    let read = PhoneNumber::try_parse_with_country(plain, country.code).and_then(in_plan);
    let national = match read {
        Ok(number) => number,
        Err(error) => {
            let old_style = argentine_mobile(plain).filter(|_| country.code == "AR");
            return old_style
                .as_deref()
                .map_or_else(|| own_code(plain), own_code)
                .or_else(|| behind_00.and_then(|digits| international(digits).ok()))
                .or_else(|| own_code(&format!("{}{plain}", country.prefix)))
                .ok_or_else(|| rule(error));
        }
    };
    // Every reading but the bare national one is certain by now.
    if plain.starts_with('0') || !plain.starts_with(&country.prefix.to_string()) {
        return Ok(national);
    }
    match own_code(plain) {
        Some(spelt_out) if !is_bare_national(plain, &national, country) => Ok(spelt_out),
        _ => Ok(national),
    }
}

/// The number of digits that start with a country code. Many write the trunk prefix
/// too, which is dialled only at home, as in `+375 (8) 029`: it is left out where the
/// digits are no number with it. The library knows that of most plans.
fn international(digits: &str) -> Result<PhoneNumber, ParseError> {
    // Country code, prefixes. Mexico's and Lithuania's are out of use but still written.
    const TRUNKS: [(&str, &[&str]); 4] = [
        ("1", &["1"]),
        ("370", &["8"]),
        ("375", &["80", "8", "0"]),
        ("52", &["1", "01", "044", "045"]),
    ];
    let parse = |code: &str, national: &str| {
        PhoneNumber::try_parse(&["+", code, national].concat()).and_then(in_plan)
    };
    parse("", digits).or_else(|error| {
        TRUNKS
            .iter()
            .filter_map(|(code, trunks)| Some((code, trunks, digits.strip_prefix(code)?)))
            .flat_map(|(code, trunks, national)| trunks.iter().map(move |t| (code, t, national)))
            .filter_map(|(code, trunk, national)| Some((code, national.strip_prefix(trunk)?)))
            .find_map(|(code, national)| parse(code, national).ok())
            .ok_or(error)
    })
}

/// Refuses what has the length of a number but none of its plan's beginnings, where
/// the library knows lengths only and that lets misread or incomplete numbers pass.
fn in_plan(number: PhoneNumber) -> Result<PhoneNumber, ParseError> {
    let national = number.national_number();
    let starts = |beginnings: &[&str]| beginnings.iter().any(|start| national.starts_with(start));
    let exists = match (number.country().prefix, national.len()) {
        // Great Britain, Guernsey, Jersey, Man: Childline, NHS Direct, and old area codes
        // with five digits behind them are all that is shorter than ten digits.
        (44, 7) => national == "8001111" || starts(&["845464"]),
        (44, 9) => starts(&["1", "800"]),
        (44, _) => !starts(&["0", "4", "6"]),
        (375, 9) => starts(&["1", "2", "33", "44", "800", "902"]),
        (375, 10) => starts(&["800", "801", "803", "810"]),
        (375, 11) => starts(&["820"]),
        (375, _) => starts(&["800"]),
        _ => true,
    };
    exists.then_some(number).ok_or(ParseError::InvalidLength)
}

/// Which of its two readings a number has that starts with the digits of its own
/// country's code. The library decides by length alone, and where lengths vary
/// (Germany, Italy) or other services have longer numbers (India, Spain) both
/// fit. It is national where it is a whole mobile number of that country, or no
/// longer than one where nobody writes a trunk 0 that is missing here. In some plans
/// no number of its length begins like the code.
fn is_bare_national(plain: &str, national: &PhoneNumber, country: &Country) -> bool {
    // Digits of the longest national number that begins like its country's code.
    const LONGEST_LIKE_CODE: [(&str, usize); 7] = [
        ("AD", 6),
        ("KI", 0),
        ("MM", 8),
        ("NU", 4),
        ("SO", 7),
        ("TK", 0),
        ("WS", 6),
    ];
    if LONGEST_LIKE_CODE
        .iter()
        .any(|(code, longest)| *code == country.code && plain.len() > *longest)
    {
        return false;
    }
    let longest = longest_mobile(country.code);
    let mobile = matches!(
        national.phone_type(),
        PhoneNumberType::Mobile | PhoneNumberType::FixedLineOrMobile
    );
    let trunk_is_written = || national.format(PhoneFormat::National).starts_with('0');
    plain.len() <= longest && (mobile && plain.len() == longest || !trunk_is_written())
}

/// Digits of the longest mobile number without country code, after libphonenumber.
fn longest_mobile(country: &str) -> usize {
    const OTHER_THAN_NINE: [(usize, &str); 8] = [
        (5, "AC CK FK SH"),
        (6, "FO GL NC NF WF"),
        (
            7,
            "AW BN BQ BZ CV ER FJ FM GM GY IO KM MH MV NR NU PW SB SC SR ST TK TO TV VU",
        ),
        (
            8,
            "AM BF BH BI BO BT BW CF CR CU CW CY DJ DK EE GA GI GT HK HN HT KI KW LB LS LT LV MD \
             ME MK ML MN MO MR MT MU NE NI NO OM PA PF PG QA SG SI SJ SL SM SV SZ TD TG TL TM TN \
             UY XK",
        ),
        (
            10,
            "AG AI AS AX BB BD BJ BM BS CA CI CO DM DO EG FI GB GD GG GR GU IM IN IQ IR IT JE JM \
             JP KN KP KR KY KZ LA LC MM MP MS MX MY NG NP NZ PH PK PR RS RU SX TC TR TT US VA VC \
             VE VG VI WS",
        ),
        (11, "AR BR CN DE NL"),
        (12, "ID"),
        (13, "AT"),
    ];
    OTHER_THAN_NINE
        .iter()
        .find(|(_, countries)| countries.split(' ').any(|code| code == country))
        .map_or(9, |(longest, _)| *longest)
}

/// An Argentine mobile number as dialled at home, `0 11 15 2345 6789`, in its
/// international form, `54 9 11 2345 6789`. The library does not know this one.
fn argentine_mobile(plain: &str) -> Option<String> {
    let home = plain.strip_prefix('0').unwrap_or(plain);
    let areas = if home.starts_with("11") { 2..=2 } else { 3..=4 };
    let area = areas
        .into_iter()
        .find(|area| home.len() == 12 && home.get(*area..area + 2) == Some("15"))?;
    Some(["549", home.get(..area)?, home.get(area + 2..)?].concat())
}

fn rule(error: ParseError) -> &'static str {
    match error {
        ParseError::InvalidLength
        | ParseError::InvalidAreaCode
        | ParseError::InvalidExchange
        | ParseError::TooLong
        | ParseError::TooShort => "not a phone number of its country's numbering plan",
        _ => NOT_A_NUMBER,
    }
}

/// The number without what people and address books put around and into it: a
/// label before or after, an extension, invisible direction marks, brackets, odd
/// dashes, digits of other scripts. Other letters between digits make it no
/// number at all: keypad words and two numbers in one field cannot be told apart.
fn plain(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let digits_seen = plain.ends_with(|c: char| c != '+');
        if digits_seen && (c.is_alphabetic() || EXTENSION_SIGNS.contains(&c)) {
            let word = rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(rest.len());
            let word_or_sign = &rest[..word.max(c.len_utf8())];
            let more = rest[word_or_sign.len()..]
                .chars()
                .any(|c| digit(c).is_some());
            return (!more || starts_extension(word_or_sign)).then_some(plain);
        }
        if let Some(digit) = digit(c) {
            plain.push(digit);
        } else if matches!(c, '+' | '\u{FF0B}') {
            if digits_seen {
                return None;
            }
            plain.clear();
            plain.push('+');
        }
        rest = &rest[c.len_utf8()..];
    }
    Some(plain)
}

const EXTENSION_SIGNS: [char; 3] = ['#', ',', ';'];

fn starts_extension(word_or_sign: &str) -> bool {
    const WORDS: [&str; 5] = ["x", "ext", "extn", "extension", "dw"];
    word_or_sign.starts_with(EXTENSION_SIGNS)
        || WORDS
            .iter()
            .any(|word| word.eq_ignore_ascii_case(word_or_sign))
}

/// The ASCII digit of a decimal digit in the scripts visitors type.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 6] = [
        0x30,   // ASCII
        0x660,  // Arabic
        0x6F0,  // Persian, Urdu
        0x966,  // Devanagari
        0x9E6,  // Bengali
        0xFF10, // full width
    ];
    let value = ZEROS
        .iter()
        .find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10))?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: Option<&str>) -> Result<String, &'static str> {
        let mut normal = String::new();
        digits(text, country, &mut normal).map(|()| normal)
    }

    #[test]
    fn formatting_labels_and_extensions_do_not_matter() {
        for text in [
            "+49 151 12345678",
            "0049 151 12345678",
            "+49 (0) 151 / 123 456 78",
            "(+49) 151-12345678",
            "++49.151.12345678",
            "\u{202A}+49 151 12345678\u{202C}",
            "Tel.: +49 151 12345678 (mobil)",
            "0151\u{2011}1234_5678",
            "0151 12345678 ext. 5",
            "٠١٥١ ١٢٣٤٥٦٧٨",
            "49 151 12345678",
        ] {
            let normal = read(text, Some("DE"));
            assert_eq!(normal.as_deref(), Ok("4915112345678"), "{text}");
        }
    }

    #[test]
    fn a_country_code_in_the_number_wins_over_the_billing_country() {
        assert_eq!(read("+1 415 555 0132", Some("DE")).unwrap(), "14155550132");
    }

    #[test]
    fn a_national_number_without_a_country_is_not_guessed_at() {
        let reason = read("0151 12345678", None).unwrap_err();
        assert!(reason.contains("user.country"));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "n/a",
            "-",
            "+",
            "0",
            "000000",
            "12",
            "call me",
            "+49 151 1 oder 0171 2",
        ] {
            assert!(read(text, Some("DE")).is_err(), "{text}");
        }
        assert!(read(&"1".repeat(200), Some("US")).is_err());
        assert!(read("0151 двенадцать 345678", Some("DE")).is_err());
    }

    #[test]
    fn an_argentine_mobile_number_is_known_as_it_is_dialled_at_home() {
        for text in ["011 15-2345-6789", "11 15 2345 6789", "+54 9 11 2345 6789"] {
            let normal = read(text, Some("AR"));
            assert_eq!(normal.as_deref(), Ok("5491123456789"), "{text}");
        }
        let three_digit_area = read("0221 15 412-3456", Some("AR"));
        assert_eq!(three_digit_area.as_deref(), Ok("5492214123456"));
    }

    #[test]
    fn the_longest_mobile_numbers_are_those_of_libphonenumber() {
        for plan in phonenumber::metadata::DATABASE.iter() {
            let all = plan.descriptors();
            let Some(mobile) = all.mobile().filter(|mobile| mobile.example().is_some()) else {
                continue;
            };
            let lengths = match mobile.possible_length() {
                [] => all.general().possible_length(),
                lengths => lengths,
            };
            let longest = lengths.iter().max().copied().map(usize::from);
            assert_eq!(Some(longest_mobile(plan.id())), longest, "{}", plan.id());
        }
    }
}
