//! Who: the text of e-mail address, name, gender, birthdate and outside ids as
//! Pinterest wants it before hashing. docs/wire-contract.md#user-data.
//!
//! A rule gets trimmed, non-empty text and writes the normal form, or says why
//! there is none. The reason may not repeat the text.
//!
//! It does not hash, and knows no other field than the one it is given.

/// Trim and lower case, nothing more: dots and plus parts belong to the address.
pub(super) fn email(text: &str, normal: &mut String) -> Result<(), &'static str> {
    const NOT_AN_ADDRESS: &str = "not an e-mail address";
    let (local, domain) = text.rsplit_once('@').ok_or(NOT_AN_ADDRESS)?;
    let odd = |c: char| c.is_whitespace() || c.is_control();
    if local.is_empty() || domain.is_empty() || text.contains(odd) {
        return Err(NOT_AN_ADDRESS);
    }
    lower(text, normal);
    Ok(())
}

/// First or last name: accents, hyphens and inner spaces stay.
pub(super) fn name(text: &str, normal: &mut String) -> Result<(), &'static str> {
    if !text.chars().any(char::is_alphabetic) {
        return Err("not a name: it has no letter");
    }
    lower(text, normal);
    Ok(())
}

/// `f`, `m` or `n`, from the letter or the English word.
pub(super) fn gender(text: &str, normal: &mut String) -> Result<(), &'static str> {
    const WORDS: [(&str, &str); 7] = [
        ("f", "f"),
        ("female", "f"),
        ("m", "m"),
        ("male", "m"),
        ("n", "n"),
        ("non-binary", "n"),
        ("nonbinary", "n"),
    ];
    let known = WORDS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(text));
    let (_, letter) = known.ok_or("not f, m or n")?;
    normal.push_str(letter);
    Ok(())
}

/// `YYYYMMDD`, from `Y-m-d` or from that form itself.
pub(super) fn birthdate(text: &str, normal: &mut String, now: i64) -> Result<(), &'static str> {
    const NOT_A_DATE: &str = "not a date of the form Y-m-d";
    let digits = |part: &str, count: usize| -> Option<i64> {
        let whole = part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
        whole.then(|| part.parse().ok())?
    };
    let bytes = text.as_bytes();
    let parts = match bytes.len() {
        10 if bytes[4] == b'-' && bytes[7] == b'-' => {
            [text.get(..4), text.get(5..7), text.get(8..)]
        }
        8 => [text.get(..4), text.get(4..6), text.get(6..)],
        _ => return Err(NOT_A_DATE),
    };
    let [Some(year), Some(month), Some(day)] = parts else {
        return Err(NOT_A_DATE);
    };
    let (Some(y), Some(m), Some(d)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return Err(NOT_A_DATE);
    };
    if y < 1900 || !(1..=12).contains(&m) || d < 1 || d > days_in(y, m) {
        return Err("not a date in the calendar since 1900");
    }
    if days_since_1970(y, m, d) > now.div_euclid(24 * 60 * 60) {
        return Err("a birthdate in the future");
    }
    for part in [year, month, day] {
        normal.push_str(part);
    }
    Ok(())
}

/// An id of the shop's own, or of a device: trimmed, lower case.
pub(super) fn outside_id(text: &str, normal: &mut String) -> Result<(), &'static str> {
    lower(text, normal);
    Ok(())
}

/// An advertising id. All zeros is what a device says whose owner refused one.
pub(super) fn advertising_id(text: &str, normal: &mut String) -> Result<(), &'static str> {
    if text.bytes().all(|b| matches!(b, b'0' | b'-')) {
        return Err("an advertising id of zeros: the device gave none");
    }
    lower(text, normal);
    Ok(())
}

pub(super) fn lower(text: &str, normal: &mut String) {
    if text.is_ascii() {
        normal.push_str(text);
        normal.make_ascii_lowercase();
    } else {
        // On the whole text: a Greek sigma's lower case depends on what follows it.
        normal.push_str(&text.to_lowercase());
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, for years since 1900.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let leap_days_before = |year: i64| {
        let past = year - 1;
        past / 4 - past / 100 + past / 400
    };
    let years = (year - 1970) * 365 + leap_days_before(year) - leap_days_before(1970);
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    years + months + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000; // 2026-09-21

    type Rule = fn(&str, &mut String) -> Result<(), &'static str>;

    fn apply(rule: Rule, text: &str) -> Option<String> {
        let mut normal = String::new();
        rule(text, &mut normal).ok().map(|()| normal)
    }

    fn born(text: &str) -> Option<String> {
        apply(|text, normal| birthdate(text, normal, NOW), text)
    }

    #[test]
    fn an_email_keeps_its_dots_and_plus_part() {
        let normal = apply(email, "John.Doe+Shop@Example.COM");
        assert_eq!(normal.as_deref(), Some("john.doe+shop@example.com"));
    }

    #[test]
    fn what_cannot_be_mailed_to_is_no_email() {
        for text in ["n/a", "@", "a@", "@b.c", "a b@c.d", "a@b c.d", "a\u{0}@b.c"] {
            assert_eq!(apply(email, text), None, "{text}");
        }
    }

    #[test]
    fn a_name_keeps_accents_hyphens_and_inner_spaces() {
        let normal = apply(name, "Anne-Marie DE LA Müller");
        assert_eq!(normal.as_deref(), Some("anne-marie de la müller"));
        assert_eq!(apply(name, "李").as_deref(), Some("李"));
        assert_eq!(apply(name, "--"), None);
    }

    #[test]
    fn gender_is_one_letter() {
        assert_eq!(apply(gender, "Female").as_deref(), Some("f"));
        assert_eq!(apply(gender, "M").as_deref(), Some("m"));
        assert_eq!(apply(gender, "N").as_deref(), Some("n"));
        assert_eq!(apply(gender, "fm"), None);
    }

    #[test]
    fn a_birthdate_is_a_day_of_the_calendar_already_past() {
        assert_eq!(born("1990-01-31").as_deref(), Some("19900131"));
        assert_eq!(born("19900131").as_deref(), Some("19900131"));
        assert_eq!(born("2000-02-29").as_deref(), Some("20000229"));
        assert_eq!(born("2026-09-21").as_deref(), Some("20260921"));
        for text in [
            "2026-09-22",
            "1900-02-29",
            "1990-02-30",
            "1990-13-01",
            "1990-00-01",
            "0000-00-00",
            "31.01.1990",
            "01/31/1990",
            "1990-1-31",
            "199O0131",
            "１９９０-01",
            "äöüäö",
        ] {
            assert_eq!(born(text), None, "{text}");
        }
    }

    #[test]
    fn a_refused_advertising_id_is_none() {
        let zeros = "00000000-0000-0000-0000-000000000000";
        assert_eq!(apply(advertising_id, zeros), None);
        let given = apply(advertising_id, "38400000-8CF0-11BD-B23E-10B96E40000D");
        assert_eq!(
            given.as_deref(),
            Some("38400000-8cf0-11bd-b23e-10b96e40000d")
        );
    }
}
