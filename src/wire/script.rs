//! JSON that may stand inside a `<script>` element, whatever text it holds.

use serde::Serialize;

/// Compact JSON without any character that could end the element, open a comment
/// or a new one, or end a line of JavaScript. All of these occur inside strings
/// only, so the escape means the same there.
pub fn safe_json(value: &impl Serialize) -> String {
    // Values that go into a page are texts, numbers, lists and maps with text
    // keys, which always serialise.
    let json = serde_json::to_string(value).unwrap_or_default();
    // Most have none of them: names with these characters are rare.
    if !json.bytes().any(is_suspect) {
        return json;
    }
    let mut safe = String::with_capacity(json.len() + 64);
    let mut copied = 0;
    for (at, found) in json.match_indices(UNSAFE) {
        safe.push_str(&json[copied..at]);
        safe.push_str(match found {
            "<" => "\\u003c",
            ">" => "\\u003e",
            "&" => "\\u0026",
            "\u{2028}" => "\\u2028",
            _ => "\\u2029",
        });
        copied = at + found.len();
    }
    safe.push_str(&json[copied..]);
    safe
}

const UNSAFE: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

/// Whether a character of [`UNSAFE`] may begin with this byte.
fn is_suspect(byte: u8) -> bool {
    matches!(byte, b'<' | b'>' | b'&' | 0xE2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn nothing_in_it_can_leave_the_script_element() {
        let hostile = json!(["</script><!--", "]]>&amp;\u{2028}\u{2029}", "plain"]);
        let safe = safe_json(&hostile);
        assert!(!safe.contains(UNSAFE), "{safe}");
        let back: Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(back, hostile);
    }
}
