//! Phone numbers: digits only, with the country code, without leading zeros.
//! CONTRACT 4. A national number gets its code from the billing country.
//!
//! The numbering plans come from `phonelib`, a table compiled in: measured against
//! `phonenumber` (libphonenumber's rules, 90 ms and 4 MB at the first parse of each
//! process) and `rlibphonenumber` (10 ms), it costs microseconds and no start-up,
//! which matters where PHP's processes are short. `tests/event_phone_oracle.rs`
//! holds the result against `phonenumber` over the plans of many countries.

use phonelib::{ParseError, PhoneNumber};

/// More text than a number with a label and an extension has.
const LONGEST: usize = 96;

const NOT_A_NUMBER: &str = "not a phone number";

/// The digits of `text`, read in `country` (alpha-2) where it has no country code of its own.
pub(super) fn digits(
    text: &str,
    country: Option<&str>,
    normal: &mut String,
) -> Result<(), &'static str> {
    if text.len() > LONGEST {
        return Err(NOT_A_NUMBER);
    }
    let plain = plain(text);
    let parsed = match country {
        Some(country) => match PhoneNumber::try_parse_with_country(&plain, country) {
            // Some territories of ISO 3166 have no plan of their own.
            Err(ParseError::UnknownCountry) => PhoneNumber::try_parse(&plain),
            parsed => parsed,
        },
        None => PhoneNumber::try_parse(&plain),
    };
    let number = parsed.map_err(|error| match error {
        ParseError::MissingCallingCode => "a phone number without country code needs user.country",
        ParseError::InvalidLength
        | ParseError::InvalidAreaCode
        | ParseError::InvalidExchange
        | ParseError::TooLong
        | ParseError::TooShort => "not a phone number of its country's numbering plan",
        _ => NOT_A_NUMBER,
    })?;
    normal.push_str(number.e164().trim_start_matches('+'));
    Ok(())
}

/// The number without what people and address books put around and into it: a
/// label before or after, invisible direction marks, brackets, odd dashes,
/// digits of other scripts. Letters between digits stay and decide later: they
/// may announce an extension.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut end = 0;
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            plain.push(digit);
            end = plain.len();
        } else if matches!(c, '+' | '\u{FF0B}') {
            if !plain.ends_with('+') {
                plain.push('+');
            }
        } else if plain.is_empty() || is_invisible(c) {
            // Before the number, or nothing to see.
        } else if c.is_ascii_alphabetic() || matches!(c, '#' | ',' | ';') {
            plain.push(c);
        } else if c.is_alphabetic() {
            // A word in another script: no plan reads it, so let the parser refuse it.
            plain.push('?');
        } else {
            plain.push(' ');
        }
    }
    plain.truncate(end);
    plain
}

/// The ASCII digit of a decimal digit in the scripts shoppers type.
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

/// Marks that copying from a contact list or a chat leaves behind.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
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
}
