//! Typed reading of untyped fields, with one set of rules for the whole event:
//! unknown keys are faults, null and '' mean absent, a wrong type is a fault.
//!
//! Text comes in two severities. *Structural* text identifies the sale, so what
//! cannot be read refuses the event. *Descriptive* text only enriches it and is
//! left out instead, because a visitor may have typed it.

use std::borrow::Cow;

use super::fault::{Findings, Path};
use super::raw::{Key, Raw};

/// The longest name an unknown key is reported with, in characters.
const LONGEST_KEY: usize = 64;

/// The values of `known` in a map, by position in `known`; absent ones are `None`.
pub(crate) fn pick<'r, const N: usize>(
    raw: &'r Raw<'r>,
    known: &[&str; N],
    at: Path<'_>,
    findings: &mut Findings,
) -> [Option<&'r Raw<'r>>; N] {
    let mut found = [None; N];
    let Raw::Map(entries) = raw else {
        let message = format!("must be an array of named fields, not {}", raw.kind());
        findings.fault(at, message);
        return found;
    };
    let mut seen = [false; N];
    for (key, value) in entries {
        let name = match key {
            Key::Text(name) => name,
            Key::Int(index) => {
                findings.fault(at.entry(*index), "unknown key");
                continue;
            }
        };
        match known.iter().position(|candidate| candidate == name) {
            None => findings.fault(at.field(&presentable(name)), "unknown key"),
            Some(slot) if seen[slot] => findings.fault(at.field(name), "given twice"),
            Some(slot) => {
                seen[slot] = true;
                found[slot] = present(value);
            }
        }
    }
    found
}

/// Null and '' mean absent, wherever they stand.
pub(crate) fn present<'r>(raw: &'r Raw<'r>) -> Option<&'r Raw<'r>> {
    match raw {
        Raw::Null => None,
        Raw::Text(text) if text.is_empty() => None,
        Raw::NotUtf8(bytes) if bytes.is_empty() => None,
        other => Some(other),
    }
}

/// A key as it may stand in a message: visible, of bounded length, on one line.
fn presentable(key: &str) -> String {
    if key.is_empty() {
        return "''".to_owned();
    }
    key.chars()
        .take(LONGEST_KEY)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// Whether an integer may stand where text is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Integers {
    /// Ids: PHP makes integers of numeric ids all by itself.
    AsText,
    /// Everything else: an integer there lost something, such as a leading zero.
    Refused,
}

/// The text of a field that identifies the sale. Anything unreadable is a fault.
pub(crate) fn structural<'r>(
    raw: Option<&'r Raw>,
    integers: Integers,
    at: Path<'_>,
    findings: &mut Findings,
) -> Option<Cow<'r, str>> {
    match raw? {
        Raw::NotUtf8(_) => {
            findings.fault(at, "is not valid UTF-8");
            None
        }
        raw => text(raw, integers, at, findings),
    }
}

/// The text of a structural id of at most `longest` characters.
pub(crate) fn id(
    raw: Option<&Raw>,
    longest: usize,
    at: Path<'_>,
    findings: &mut Findings,
) -> Option<String> {
    let text = structural(raw, Integers::AsText, at, findings)?;
    if text.trim().is_empty() {
        return None;
    }
    if has_control(&text) {
        findings.fault(at, "holds control characters");
        return None;
    }
    if exceeds(&text, longest) {
        findings.fault(at, format!("is longer than {longest} characters"));
        return None;
    }
    Some(text.into_owned())
}

/// The text of a field that only describes: trimmed, control characters made
/// spaces, left out with a warning when unreadable or beyond `longest` characters.
pub(crate) fn descriptive(
    raw: Option<&Raw>,
    integers: Integers,
    longest: usize,
    at: Path<'_>,
    findings: &mut Findings,
) -> Option<String> {
    let text = readable(raw?, integers, at, findings)?;
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    if exceeds(text, longest) {
        findings.left_out(at, &format!("longer than {longest} characters"));
        return None;
    }
    if has_control(text) {
        let spaced = text.replace(char::is_control, " ");
        return Some(spaced);
    }
    Some(text.to_owned())
}

/// The text of a match key or another field that is left out, not refused, when
/// its bytes are no text.
pub(crate) fn readable<'r>(
    raw: &'r Raw,
    integers: Integers,
    at: Path<'_>,
    findings: &mut Findings,
) -> Option<Cow<'r, str>> {
    if let Raw::NotUtf8(_) = raw {
        findings.left_out(at, "not valid UTF-8");
        return None;
    }
    text(raw, integers, at, findings)
}

fn text<'r>(
    raw: &'r Raw,
    integers: Integers,
    at: Path<'_>,
    findings: &mut Findings,
) -> Option<Cow<'r, str>> {
    match (raw, integers) {
        (Raw::Text(text), _) => Some(Cow::Borrowed(text)),
        (Raw::Int(int), Integers::AsText) => Some(Cow::Owned(int.to_string())),
        (other, _) => {
            findings.fault(at, format!("must be a string, not {}", other.kind()));
            None
        }
    }
}

/// A yes or no. Nothing but a boolean will do: `"false"` is true in PHP.
pub(crate) fn flag(raw: Option<&Raw>, at: Path<'_>, findings: &mut Findings) -> Option<bool> {
    match raw? {
        Raw::Bool(flag) => Some(*flag),
        other => {
            findings.fault(at, format!("must be a boolean, not {}", other.kind()));
            None
        }
    }
}

/// The entries of a list. Gaps are fine, as `array_filter` leaves them; names are not.
pub(crate) fn list<'r>(
    raw: Option<&'r Raw<'r>>,
    of: &str,
    at: Path<'_>,
    findings: &mut Findings,
) -> Vec<(i64, &'r Raw<'r>)> {
    let entries = match raw {
        None => return Vec::new(),
        Some(Raw::Map(entries)) => entries,
        Some(other) => {
            findings.fault(at, format!("must be a list of {of}, not {}", other.kind()));
            return Vec::new();
        }
    };
    let mut listed = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        match key {
            Key::Int(index) => listed.push((*index, value)),
            Key::Text(_) => {
                findings.fault(at, format!("must be a list of {of}, not named fields"));
                return Vec::new();
            }
        }
    }
    listed
}

/// Whether `text` holds a control character. Bytes are compared without a branch,
/// many at once; 0xC2 begins those behind ASCII, and other characters.
fn has_control(text: &str) -> bool {
    let suspect = |byte: u8| (byte < 0x20) | (byte == 0x7F) | (byte == 0xC2);
    let any = text.bytes().fold(false, |any, byte| any | suspect(byte));
    any && text.chars().any(char::is_control)
}

/// Whether `text` has more than `longest` characters, without counting where bytes tell.
pub(crate) fn exceeds(text: &str, longest: usize) -> bool {
    text.len() > longest && text.chars().nth(longest).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_character_is_found_wherever_it_stands_and_no_other() {
        for code in 0..=0x2FF {
            let c = char::from_u32(code).unwrap();
            for text in [
                c.to_string(),
                format!("{}{c}", "ab".repeat(40)),
                format!("{c}é£"),
            ] {
                assert_eq!(has_control(&text), c.is_control(), "{code:x}");
            }
        }
    }
}
