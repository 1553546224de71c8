//! JSON that may stand inside a `<script>` element, whatever text it holds.

use serde_json::Value;

/// Compact JSON without any character that could end the element, open a comment
/// or a new one, or end a line of JavaScript. All of these occur inside strings
/// only, so the escape means the same there.
pub fn safe_json(value: &Value) -> String {
    let json = value.to_string();
    if !json.contains(UNSAFE) {
        return json;
    }
    let mut safe = String::with_capacity(json.len() + 64);
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

const UNSAFE: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nothing_in_it_can_leave_the_script_element() {
        let hostile = json!(["</script><!--", "]]>&amp;\u{2028}\u{2029}", "plain"]);
        let safe = safe_json(&hostile);
        assert!(!safe.contains(UNSAFE), "{safe}");
        let back: Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(back, hostile);
    }
}
