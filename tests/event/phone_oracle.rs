//! Phone numbers held against `phonenumber`, which carries libphonenumber's own
//! rules: for the example numbers of every region, in the ways people write them,
//! the hash sent is that of the true number.

use crate::events::{body, least_user, prepared, sha256};
use phonenumber::metadata::DATABASE;
use phonenumber::{Metadata, Mode, country};
use serde_json::json;

/// Regions without an ISO 3166 code of their own: no billing country names them.
const NO_COUNTRY: [&str; 2] = ["AC", "TA"];

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
            let code = plan.country_code();
            let ways = [
                number.format().mode(Mode::International).to_string(),
                format!("00{digits}"),
                number.format().mode(Mode::National).to_string(),
                format!("{trunk}{national}"),
                format!("+{code} ({trunk}) {national}"),
                format!("00{code} ({trunk}) {national}"),
                format!("{code} ({trunk}) {national}"),
                national,
                truth,
                digits.clone(),
            ];
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

/// The trunk prefix is dialled only at home, but written behind the country code too.
#[test]
fn a_trunk_prefix_behind_the_country_code_is_left_out() {
    for (country, text, digits) in [
        ("BY", "+375 (8) 029 491-19-11", "375294911911"),
        ("BY", "+375 (80) 29 491-19-11", "375294911911"),
        ("BY", "+375 8 29 491 19 11", "375294911911"),
        ("BY", "+375 (0) 17 212 34 56", "375172123456"),
        ("BY", "375 8 029 491 19 11", "375294911911"),
        ("BY", "8 029 491 19 11", "375294911911"),
        ("BY", "+375 801 100 20 30", "3758011002030"),
        ("BY", "8 801 100 20 30", "3758011002030"),
        ("DE", "+375 (8) 029 491-19-11", "375294911911"),
        ("DE", "00375 8 029 491-19-11", "375294911911"),
        ("DE", "001 1 415 555 0132", "14155550132"),
        ("RU", "+7 (8) 912 345-67-89", "79123456789"),
        ("KZ", "+7 8 701 234 5678", "77012345678"),
        ("TM", "+993 (8) 66 12 34 56", "99366123456"),
        ("LT", "+370 (8) 612 34567", "37061234567"),
        ("HU", "+36 (06) 30 123 4567", "36301234567"),
        ("GB", "+44 (0)20 7946 0958", "442079460958"),
        ("US", "+1 (1) 415 555 0132", "14155550132"),
        ("MX", "+52 1 55 1234 5678", "525512345678"),
        ("MX", "+52 (01) 55 1234 5678", "525512345678"),
        ("MX", "044 55 1234 5678", "525512345678"),
        ("UA", "+38 (067) 123-45-67", "380671234567"),
        ("UA", "+380 (067) 123-45-67", "380671234567"),
    ] {
        let ours = hash(text, country);
        assert_eq!(ours, Some(sha256(digits)), "{country} {text}");
    }
}

/// Both readings have a length of the plan, but no national number begins like that.
#[test]
fn a_short_number_behind_its_code_without_plus_is_no_national_one() {
    for (country, text, digits) in [
        ("AD", "376 312 345", "376312345"),
        ("AD", "376 123", "376376123"),
        ("KI", "686 31234", "68631234"),
        ("KI", "686 72001234", "68672001234"),
        ("MM", "95 9 212 3456", "9592123456"),
        ("MM", "95 (0) 1 234567", "951234567"),
        ("NU", "683 7012", "6837012"),
        ("NU", "888 4012", "6838884012"),
        ("PM", "508 41 12 34", "508411234"),
        ("SO", "252 401 235", "252401235"),
        ("TK", "690 7290", "6907290"),
        ("TK", "690 23456", "69023456"),
        ("WF", "681 82 12 34", "681821234"),
        ("WS", "685 72 12345", "6857212345"),
        ("WS", "685 22123", "68522123"),
    ] {
        let ours = hash(text, country);
        assert_eq!(ours, Some(sha256(digits)), "{country} {text}");
    }
}

#[test]
fn british_numbers_shorter_than_ten_digits_are_only_those_that_exist() {
    for country in ["GB", "GG", "IM", "JE"] {
        for text in [
            "7800099",
            "07800099",
            "+44 7800099",
            "44 7800 099",
            "780009912",
            "020 7946 095",
            "4212 345678",
        ] {
            assert_eq!(hash(text, country), None, "{country} {text}");
        }
        for (text, digits) in [
            ("0800 1111", "448001111"),
            ("0845 4647", "448454647"),
            ("0800 123456", "44800123456"),
            ("016977 2345", "44169772345"),
            ("07400 123456", "447400123456"),
        ] {
            let ours = hash(text, country);
            assert_eq!(ours, Some(sha256(digits)), "{country} {text}");
        }
    }
    assert_eq!(hash("+44 7800099", "DE"), None);
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
