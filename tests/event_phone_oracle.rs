//! Phone numbers held against `phonenumber`, which carries libphonenumber's own
//! rules: for the example numbers of every region, in the ways people write them,
//! the hash sent is that of the true number.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "clippy knows only functions marked as tests"
)]

mod event_support;

use event_support::{body, least_user, prepared, sha256};
use phonenumber::metadata::DATABASE;
use phonenumber::{Metadata, Mode, country};
use serde_json::json;

/// Regions without an ISO 3166 code of their own: no billing country names them.
const NO_COUNTRY: [&str; 2] = ["AC", "TA"];

/// Where the country code without its plus sign cannot be told from a national
/// number of the same length, because numbers there are short and have no trunk 0.
const AMBIGUOUS_WITHOUT_PLUS: [&str; 8] = ["AD", "KI", "MM", "NU", "PM", "TK", "WF", "WS"];

#[test]
fn every_regions_numbers_are_read_in_every_way_people_write_them() {
    let (mut differences, mut compared) = (Vec::new(), 0);
    for plan in DATABASE
        .iter()
        .filter(|plan| !NO_COUNTRY.contains(&plan.id()))
    {
        for number in examples(plan) {
            let truth = number.format().mode(Mode::E164).to_string();
            let digits = truth.trim_start_matches('+').to_owned();
            let national = digits[plan.country_code().to_string().len()..].to_owned();
            let trunk = plan.national_prefix().unwrap_or_default();
            let mut ways = vec![
                number.format().mode(Mode::International).to_string(),
                format!("00{digits}"),
                number.format().mode(Mode::National).to_string(),
                format!("{trunk}{national}"),
                national,
                truth,
            ];
            if !AMBIGUOUS_WITHOUT_PLUS.contains(&plan.id()) {
                ways.push(digits.clone());
            }
            for way in ways {
                compared += 1;
                if hash(&way, plan.id()).as_deref() != Some(sha256(&digits).as_str()) {
                    differences.push(format!("{} {way} is not {digits}", plan.id()));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(compared > 3_000, "only {compared} numbers compared");
}

/// A mobile and a fixed line of the region, as libphonenumber gives them for examples.
fn examples(plan: &Metadata) -> Vec<phonenumber::PhoneNumber> {
    let Ok(region) = plan.id().parse::<country::Id>() else {
        return Vec::new(); // "001", the numbers of no region
    };
    let all = plan.descriptors();
    [all.mobile(), all.fixed_line()]
        .into_iter()
        .filter_map(|kind| kind?.example())
        .map(|example| {
            let full = format!("+{}{example}", plan.country_code());
            phonenumber::parse(Some(region), full).unwrap()
        })
        .collect()
}

#[test]
fn numbers_as_shoppers_type_them_agree_with_the_oracle() {
    for (country, text) in [
        ("US", "(415) 555-0132"),
        ("US", "1-415-555-0132"),
        ("US", "415.555.0132 x12"),
        ("CA", "+1 604 555 0198"),
        ("GB", "020 7946 0958"),
        ("GB", "+44 (0)20 7946 0958"),
        ("GB", "07400 123456"),
        ("DE", "0151/12345678"),
        ("DE", "030 123456"),
        ("DE", "49 30 12345678"),
        ("AT", "0664 1234567"),
        ("CH", "079 123 45 67"),
        ("FR", "06 12 34 56 78"),
        ("IT", "02 1234 5678"),
        ("IT", "39 393 123 4567"),
        ("ES", "612 34 56 78"),
        ("PT", "912 345 678"),
        ("PL", "48 512 345 678"),
        ("HU", "06 30 123 4567"),
        ("RU", "8 (912) 345-67-89"),
        ("KZ", "8 701 234 5678"),
        ("UA", "067 123 45 67"),
        ("SE", "046 12 34 56"),
        ("IN", "098765 43210"),
        ("BR", "(11) 91234-5678"),
        ("BR", "55 11 91234 5678"),
        ("MX", "55 1234 5678"),
        ("AR", "011 15 2345 6789"),
        ("CO", "321 123 4567"),
        ("CL", "9 6123 4567"),
        ("JP", "090-1234-5678"),
        ("KR", "010-1234-5678"),
        ("CN", "138 0013 8000"),
        ("AU", "0412 345 678"),
        ("AU", "0011 49 151 12345678"),
        ("NZ", "021 123 4567"),
        ("ZA", "071 123 4567"),
        ("TR", "0501 234 56 78"),
        ("IL", "050-234-5678"),
        ("AE", "050 123 4567"),
        ("SG", "65 8123 4567"),
    ] {
        let region: country::Id = country.parse().unwrap();
        let oracle = phonenumber::parse(Some(region), text).unwrap();
        let truth = oracle.format().mode(Mode::E164).to_string();
        let expected = sha256(truth.trim_start_matches('+'));
        let ours = hash(text, country);
        assert_eq!(ours, Some(expected), "{country} {text} is {truth}");
    }
}

/// Spelt out, because the oracle strips the code from all of these, though the
/// metadata it carries has each as a whole national number.
#[test]
fn a_whole_national_number_may_begin_like_its_own_country_code() {
    for (country, text, digits) in [
        ("IT", "393 123 4567", "393931234567"),
        ("IN", "91987 65432", "919198765432"),
        ("BR", "55 99123-4567", "5555991234567"),
        ("PL", "48 362 12 34", "48483621234"),
        ("NO", "47 12 34 56", "4747123456"),
        ("DK", "45 12 34 56", "4545123456"),
        ("SG", "6581 2345", "6565812345"),
        ("MX", "52 5512 3456", "525255123456"),
    ] {
        assert_eq!(
            hash(text, country),
            Some(sha256(digits)),
            "{country} {text}"
        );
    }
}

/// The hash sent for a phone number of a buyer in `country`.
fn hash(phone: &str, country: &str) -> Option<String> {
    let mut user = least_user();
    user["phone"] = json!(phone);
    user["country"] = json!(country);
    let event = prepared(&json!({"event_name": "checkout", "user": user})).event;
    let hash = body(&event)["user_data"]["ph"][0].as_str()?.to_owned();
    Some(hash)
}
