//! Typed reading of untyped fields, with one set of rules for the whole event:
//! unknown keys are faults, null and '' mean absent, a wrong type is a fault.
//!
//! Text comes in two severities. *Structural* text identifies the sale, so what
//! cannot be read refuses the event. *Descriptive* text only enriches it and is
//! left out instead, because a visitor may have typed it.
//!
//! It does not know which fields there are.

use std::borrow::Cow;

use super::fault::{Findings, Path};
use super::raw::{Key, Raw};

/// The longest name an unknown key is reported with, in characters.
const LONGEST_KEY: usize = 64;

/// A field that a caller may have given: what is called so, and the place that a
/// complaint names.
#[derive(Clone, Copy)]
pub(crate) struct Field<'r> {
    given: Option<&'r Raw<'r>>,
    at: Path<'r>,
}

impl<'r> Field<'r> {
    /// The field `name` of the map at `parent`, not read yet.
    pub fn new(parent: &'r Path<'r>, name: &'r str) -> Self {
        Self {
            given: None,
            at: parent.field(name),
        }
    }

    /// What was given, if anything was.
    pub fn value(self) -> Option<&'r Raw<'r>> {
        self.given.and_then(present)
    }

    /// The place.
    pub fn at(self) -> Path<'r> {
        self.at
    }

    /// Takes a value. Fails with the rule that the key breaks.
    pub fn give(&mut self, value: &'r Raw<'r>) -> Result<(), &'static str> {
        match self.given.replace(value) {
            None => Ok(()),
            Some(first) => {
                self.given = Some(first);
                Err("given twice")
            }
        }
    }
}

/// Declares a struct whose fields are named like the keys of a map, and how it is read.
macro_rules! fields {
    ($(#[$doc:meta])* $name:ident { $($key:ident),+ $(,)? }) => {
        $(#[$doc])*
        struct $name<'r> {
            $($key: $crate::event::fields::Field<'r>),+
        }

        impl<'r> $name<'r> {
            /// Reads the map at `at`. A key of another name is a fault.
            fn read(
                raw: &'r $crate::event::Raw<'r>,
                at: &'r $crate::event::fault::Path<'r>,
                findings: &mut $crate::event::fault::Findings,
            ) -> Self {
                let mut fields = Self {
                    $($key: $crate::event::fields::Field::new(at, stringify!($key))),+
                };
                $crate::event::fields::each(raw, *at, findings, |key, value| match key {
                    $(stringify!($key) => fields.$key.give(value),)+
                    _ => Err($crate::event::fields::UNKNOWN),
                });
                fields
            }
        }
    };
}
pub(crate) use fields;

/// What is said of a key that no event has.
pub(crate) const UNKNOWN: &str = "unknown key";

/// Gives each field of a map to `take`, and reports each that it does not take.
pub(crate) fn each<'r>(
    raw: &'r Raw<'r>,
    at: Path<'_>,
    findings: &mut Findings,
    mut take: impl FnMut(&str, &'r Raw<'r>) -> Result<(), &'static str>,
) {
    let Raw::Map(entries) = raw else {
        let message = format!("must be an array of named fields, not {}", raw.kind());
        findings.fault(at, message);
        return;
    };
    for (key, value) in entries {
        match key {
            Key::Int(index) => findings.fault(at.entry(*index), UNKNOWN),
            Key::Text(name) => {
                if let Err(rule) = take(name, value) {
                    findings.fault(at.field(&presentable(name)), rule);
                }
            }
        }
    }
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
    field: Field<'r>,
    integers: Integers,
    findings: &mut Findings,
) -> Option<Cow<'r, str>> {
    match field.value()? {
        Raw::NotUtf8(_) => {
            findings.fault(field.at, "is not valid UTF-8");
            None
        }
        raw => text(raw, integers, field.at, findings),
    }
}

/// The text of a structural id of at most `longest` characters.
pub(crate) fn id<'r>(
    field: Field<'r>,
    longest: usize,
    findings: &mut Findings,
) -> Option<Cow<'r, str>> {
    let text = structural(field, Integers::AsText, findings)?;
    if text.trim().is_empty() {
        return None;
    }
    if has_control(&text) {
        findings.fault(field.at, "holds control characters");
        return None;
    }
    if exceeds(&text, longest) {
        findings.fault(field.at, format!("is longer than {longest} characters"));
        return None;
    }
    Some(text)
}

/// The text of a field that only describes: trimmed, control characters made
/// spaces, left out with a warning when unreadable or beyond `longest` characters.
pub(crate) fn descriptive<'r>(
    field: Field<'r>,
    integers: Integers,
    longest: usize,
    findings: &mut Findings,
) -> Option<Cow<'r, str>> {
    let text = readable(field.value()?, integers, field.at, findings)?;
    if text.is_empty() {
        return None;
    }
    if exceeds(&text, longest) {
        findings.left_out(field.at, &format!("longer than {longest} characters"));
        return None;
    }
    if has_control(&text) {
        return Some(text.replace(char::is_control, " ").into());
    }
    Some(text)
}

/// The trimmed text of a match key or another field that is left out, not refused,
/// when its bytes are no text.
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
    Some(match text(raw, integers, at, findings)? {
        Cow::Borrowed(text) => trimmed(text).into(),
        digits => digits,
    })
}

/// Nearly all texts are trimmed already, and their ends are ASCII.
fn trimmed(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        _ => text.trim(),
    }
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
pub(crate) fn flag(field: Field<'_>, findings: &mut Findings) -> Option<bool> {
    match field.value()? {
        Raw::Bool(flag) => Some(*flag),
        other => {
            findings.fault(field.at, format!("must be a boolean, not {}", other.kind()));
            None
        }
    }
}

/// The entries of a list. Gaps are fine, as `array_filter` leaves them; names are not.
pub(crate) fn list<'r>(
    field: Field<'r>,
    of: &str,
    findings: &mut Findings,
) -> Vec<(i64, &'r Raw<'r>)> {
    let at = field.at;
    let entries = match field.value() {
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
pub(crate) fn has_control(text: &str) -> bool {
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
