//! The texts of an event, one behind the other in one buffer: an order has some thirty,
//! and to allocate each by itself would cost as much as to hash the buyer.
//!
//! This module does not know what a text says.

/// Where a text lies in the buffer of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    start: usize,
    end: usize,
}

/// The buffer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Texts(String);

impl Texts {
    pub fn with_capacity(bytes: usize) -> Texts {
        Texts(String::with_capacity(bytes))
    }

    /// Keeps a copy of `text`.
    pub fn keep(&mut self, text: &str) -> Text {
        let start = self.0.len();
        self.0.push_str(text);
        Text {
            start,
            end: self.0.len(),
        }
    }

    /// The text, if it was kept here.
    pub fn get(&self, text: Text) -> &str {
        self.0.get(text.start..text.end).unwrap_or_default()
    }

    /// The bytes of all of them.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}
