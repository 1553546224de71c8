//! The event as a caller gave it: untyped, unchecked. Its texts are the caller's
//! own wherever they can be borrowed: most of a capture's time would go into copies.
//!
//! The PHP face makes it from arrays, tests and examples make it from JSON.
//! This module knows neither Zend nor what any key means.

use std::borrow::Cow;

use serde_json::Value;

/// Deeper nesting than any event has; JSON beyond it becomes [`Raw::Other`].
const MAX_DEPTH: usize = 16;

/// An array key. PHP turns numeric strings into integers by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// A list position, or any other integer key.
    Int(i64),
    /// A name.
    Text(Cow<'a, str>),
}

/// One untyped value.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw<'a> {
    /// PHP's or JSON's null: the same as absent.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float, finite or not.
    Float(f64),
    /// Text in valid UTF-8.
    Text(Cow<'a, str>),
    /// A byte string that is not UTF-8. PHP strings may be anything.
    NotUtf8(Vec<u8>),
    /// A PHP array, list or map, in its order.
    Map(Vec<(Key<'a>, Raw<'a>)>),
    /// Something an event cannot hold, named for the message: `object`, `too deep`, ...
    Other(&'static str),
}

impl Raw<'_> {
    /// What this is, with its article, for a message that says what was expected instead.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Raw::Null => "null",
            Raw::Bool(_) => "a boolean",
            Raw::Int(_) => "an integer",
            Raw::Float(_) => "a float",
            Raw::Text(_) => "a string",
            Raw::NotUtf8(_) => "a string that is not UTF-8",
            Raw::Map(_) => "an array",
            Raw::Other("object") => "an object",
            Raw::Other("resource") => "a resource",
            Raw::Other("too deep") => "a value nested too deep",
            Raw::Other("too large") => "an array of too many values",
            Raw::Other(_) => "a value of another type",
        }
    }
}

impl<'a> From<&'a Value> for Raw<'a> {
    fn from(value: &'a Value) -> Self {
        from_json(value, MAX_DEPTH)
    }
}

fn from_json(value: &Value, depth: usize) -> Raw<'_> {
    let Some(depth) = depth.checked_sub(1) else {
        return Raw::Other("too deep");
    };
    match value {
        Value::Null => Raw::Null,
        Value::Bool(flag) => Raw::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(int), _) => Raw::Int(int),
            (None, Some(float)) => Raw::Float(float),
            (None, None) => Raw::Other("number"),
        },
        Value::String(text) => Raw::Text(text.into()),
        Value::Array(list) => Raw::Map(
            (0..)
                .zip(list)
                .map(|(index, value)| (Key::Int(index), from_json(value, depth)))
                .collect(),
        ),
        Value::Object(map) => Raw::Map(
            map.iter()
                .map(|(name, value)| (Key::Text(name.into()), from_json(value, depth)))
                .collect(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_keeps_order_and_types() {
        let json = json!({"b": [1, 1.5], "a": "x"});
        let list = Raw::Map(vec![
            (Key::Int(0), Raw::Int(1)),
            (Key::Int(1), Raw::Float(1.5)),
        ]);
        let map = vec![
            (Key::Text("b".into()), list),
            (Key::Text("a".into()), Raw::Text("x".into())),
        ];
        assert_eq!(Raw::from(&json), Raw::Map(map));
    }

    #[test]
    fn json_that_nests_too_deep_ends_instead_of_recursing() {
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!([deep]);
        }
        let mut raw = Raw::from(&deep);
        let mut levels = 0;
        while let Raw::Map(mut entries) = raw {
            raw = entries.remove(0).1;
            levels += 1;
        }
        assert_eq!((levels, raw), (MAX_DEPTH, Raw::Other("too deep")));
    }
}
