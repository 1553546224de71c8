//! The API as PHP calls it, from a captured event to a verdict.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy knows only functions marked as tests"
)]

#[path = "../shared/shop.rs"]
mod shop;
#[path = "../shared/spool/mod.rs"]
mod spool;

mod face;
mod faults;
mod migration;
