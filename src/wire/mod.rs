//! One event, two renderings: the Conversions API's JSON and the tag's calls.
//!
//! Pure and total: an [`Event`](crate::event::Event) that exists can be rendered,
//! and the same event always gives the same bytes. Both come from the same
//! event, so the two halves of a conversion cannot disagree.

pub mod api;
pub mod script;
pub mod tag;
