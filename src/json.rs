//! Writes compact JSON at the end of a text, for what is written in a shopper's
//! request: serde would look at each byte of each text.
//!
//! Names of fields are the caller's constants and need no escape. This module does not
//! know what it writes.

use std::fmt::Write;

/// An object that is being written.
pub struct Object<'o> {
    out: &'o mut String,
    /// What stands before the next field.
    separator: char,
}

/// Writes an object, whose fields `fill` writes.
pub fn object(out: &mut String, fill: impl FnOnce(&mut Object<'_>)) {
    let mut object = Object {
        out,
        separator: '{',
    };
    fill(&mut object);
    let is_empty = object.separator == '{';
    out.push_str(if is_empty { "{}" } else { "}" });
}

/// Writes a list; each entry with `write`.
pub fn list<T>(
    out: &mut String,
    entries: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push('[');
    for (at, entry) in entries.into_iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        write(out, entry);
    }
    out.push(']');
}

impl Object<'_> {
    /// Begins a field: the value is to be written next. Where it is inlined the length of
    /// the name is known, and copying it takes a few instructions.
    #[inline(always)]
    pub fn field(&mut self, name: &str) -> &mut String {
        self.out.push(self.separator);
        self.separator = ',';
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    /// A text.
    #[inline]
    pub fn text(&mut self, name: &str, value: &str) {
        text(self.field(name), value);
    }

    /// A text, if there is one.
    #[inline]
    pub fn text_if_any(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    /// An integer.
    #[inline]
    pub fn integer(&mut self, name: &str, value: i64) {
        let out = self.field(name);
        if value < 0 {
            out.push('-');
        }
        digits(out, value.unsigned_abs(), 1);
    }

    /// A boolean.
    #[inline]
    pub fn flag(&mut self, name: &str, value: bool) {
        self.field(name)
            .push_str(if value { "true" } else { "false" });
    }
}

/// Writes a text.
pub fn text(out: &mut String, value: &str) {
    out.push('"');
    match needs_escape(value.as_bytes()) {
        false => out.push_str(value),
        true => escape(out, value),
    }
    out.push('"');
}

/// Writes a text that needs no escape.
pub fn plain_text(out: &mut String, value: &str) {
    out.push('"');
    out.push_str(value);
    out.push('"');
}

/// Writes a number, of `least` digits at least.
pub fn digits(out: &mut String, mut number: u64, least: usize) {
    let mut text = [b'0'; 20];
    let mut at = text.len();
    while number > 0 || text.len() - at < least.min(text.len()) {
        at -= 1;
        text[at] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.push_str(str::from_utf8(&text[at..]).unwrap_or_default());
}

/// Looks at eight bytes at once.
fn needs_escape(bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk() else {
        return bytes
            .iter()
            .any(|byte| matches!(byte, ..b' ' | b'"' | b'\\'));
    };
    let (words, _) = bytes.as_chunks();
    words
        .iter()
        .chain([last])
        .any(|word| word_needs_escape(u64::from_ne_bytes(*word)))
}

/// By borrows out of bytes: one that is smaller than what is taken away sets its high
/// bit, and so may one above it, but none does where no byte is smaller.
fn word_needs_escape(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES * 0x80;
    let any_below =
        |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & HIGH;
    let any = |byte: u8| any_below(word ^ (ONES * u64::from(byte)), 1);
    any_below(word, b' ') | any(b'"') | any(b'\\') != 0
}

fn escape(out: &mut String, value: &str) {
    for c in value.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => drop(write!(out, "\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_text_is_written_as_serde_writes_it() {
        let every: String = (0..0x300).filter_map(char::from_u32).collect();
        let mut texts: Vec<String> = every.chars().map(String::from).collect();
        texts.extend(every.chars().map(|c| format!("{}{c}€", "a".repeat(40))));
        for length in 0..20 {
            texts.extend(
                (0..length).map(|at| format!("{}\"{}", "é".repeat(at), "b".repeat(length))),
            );
        }
        texts.extend([every, String::new()]);
        for value in texts {
            let mut out = String::new();
            text(&mut out, &value);
            assert_eq!(out, Value::from(value).to_string());
        }
    }

    #[test]
    fn objects_and_lists_nest() {
        let mut out = String::from("before ");
        object(&mut out, |map| {
            map.text("a", "\"");
            map.text_if_any("none", None);
            map.integer("n", -5);
            map.integer("zero", 0);
            map.integer("least", i64::MIN);
            map.flag("yes", true);
            list(map.field("list"), 1..3, |out, n| {
                object(out, |map| map.integer("n", n));
            });
            object(map.field("empty"), |_| {});
            list(map.field("nothing"), [""; 0], text);
        });
        let expected = json!({
            "a": "\"", "n": -5, "zero": 0, "least": i64::MIN, "yes": true, "list": [{"n": 1}, {"n": 2}], "empty": {}, "nothing": [],
        });
        assert_eq!(out, format!("before {expected}"));
    }
}
