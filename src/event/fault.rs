//! What is wrong with an event, and where.
//!
//! One type serves both severities: a *fault* refuses the event, a *warning*
//! says which part of it was left out. Neither may hold the value it speaks of:
//! both end in logs and in exception messages, and the value may be personal.

use std::fmt;

use serde::Serialize;

/// One complaint about one field of the caller's event.
#[derive(Serialize, Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, in the caller's own terms, such as `items[0].price`. Empty for the event itself.
    pub path: String,
    /// The rule that was broken. Never the value.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.path, self.message)
        }
    }
}

/// A place in the event. Costs nothing until a complaint has to name it.
#[derive(Clone, Copy)]
pub(crate) enum Path<'a> {
    /// The event itself.
    Root,
    /// A named field of the place before it.
    Field(&'a Path<'a>, &'a str),
    /// A list entry of the place before it.
    Entry(&'a Path<'a>, i64),
}

impl<'a> Path<'a> {
    pub fn field(&'a self, name: &'a str) -> Path<'a> {
        Path::Field(self, name)
    }

    pub fn entry(&'a self, index: i64) -> Path<'a> {
        Path::Entry(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Field(Path::Root, name) => f.write_str(name),
            Path::Field(parent, name) => write!(f, "{parent}.{name}"),
            Path::Entry(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

/// Everything found so far. All faults are collected before any is reported, so
/// that a caller mends its event in one round.
#[derive(Default)]
pub(crate) struct Findings {
    pub faults: Vec<Fault>,
    pub warnings: Vec<Fault>,
}

impl Findings {
    /// The event cannot be sent.
    pub fn fault(&mut self, at: Path<'_>, message: impl Into<String>) {
        self.faults.push(Fault {
            path: at.to_string(),
            message: message.into(),
        });
    }

    /// The event is sent without this part, or with it changed.
    pub fn warn(&mut self, at: Path<'_>, message: impl Into<String>) {
        self.warnings.push(Fault {
            path: at.to_string(),
            message: message.into(),
        });
    }

    /// The event is sent without this part, because of `reason`.
    pub fn left_out(&mut self, at: Path<'_>, reason: &str) {
        self.warn(at, format!("left out: {reason}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_the_callers_own_array() {
        let items = Path::Root.field("items");
        let first = items.entry(0);
        assert_eq!(first.field("price").to_string(), "items[0].price");
        assert_eq!(Path::Root.to_string(), "");
    }
}
