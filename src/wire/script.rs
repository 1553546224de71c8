//! JSON that may stand inside a `<script>` element, whatever text it holds.
//!
//! It must not know what the JSON is about.

use serde::Serialize;

/// Compact JSON without any character that could end the element, open a comment
/// or a new one, or end a line of JavaScript. All of these occur inside strings
/// only, so the escape means the same there.
pub fn safe_json(value: &impl Serialize) -> String {
    // Values that go into a page are texts, numbers, lists and maps with text
    // keys, which always serialise.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut safe = String::with_capacity(json.len() + 64);
    let mut rest = &*json;
    while let Some(at) = next_suspect(rest.as_bytes()) {
        let (before, behind) = rest.split_at(at);
        let found = behind.chars().next().unwrap_or_default();
        safe.push_str(before);
        match found {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            harmless => safe.push(harmless),
        }
        rest = &behind[found.len_utf8()..];
    }
    safe.push_str(rest);
    safe
}

/// Where the first byte is that may begin a character to be escaped.
fn next_suspect(bytes: &[u8]) -> Option<usize> {
    /// Looked at as a whole, which the compiler does in a few instructions.
    const BLOCK: usize = 32;
    let is_clean = |block: &[u8]| {
        !block
            .iter()
            .fold(false, |any, b| any | may_begin_unsafe(*b))
    };
    let clean = BLOCK
        * bytes
            .chunks_exact(BLOCK)
            .take_while(|block| is_clean(block))
            .count();
    let at = bytes
        .get(clean..)?
        .iter()
        .position(|byte| may_begin_unsafe(*byte))?;
    Some(clean + at)
}

/// Bytes are looked at, because decoding every character would cost more than
/// all the rest; and compared without a branch, which can be done for many at
/// once. 0xE2 begins the two line separators, and other characters.
fn may_begin_unsafe(byte: u8) -> bool {
    (byte == b'<') | (byte == b'>') | (byte == b'&') | (byte == 0xE2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn nothing_in_it_can_leave_the_script_element() {
        let hostile = json!(["</script><!--", "]]>&amp;\u{2028}\u{2029}", "plain", "“€”"]);
        let safe = safe_json(&hostile);
        let unsafe_ones = ['<', '>', '&', '\u{2028}', '\u{2029}'];
        assert!(!safe.contains(unsafe_ones), "{safe}");
        let back: Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(back, hostile);
    }

    #[test]
    fn an_unsafe_character_is_found_wherever_it_stands() {
        for at in 0..100 {
            let text = format!("{}<{}", "a".repeat(at), "b".repeat(100 - at));
            let expected = format!("\"{}\"", text.replace('<', "\\u003c"));
            assert_eq!(safe_json(&text), expected);
        }
    }
}
