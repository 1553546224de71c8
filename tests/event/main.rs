//! What an event becomes: its two renderings, its faults and its properties.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy knows only functions marked as tests"
)]

#[path = "../shared/event/mod.rs"]
mod events;

mod faults;
mod phone_oracle;
mod plugin;
mod properties;
mod vectors;
mod wire_api;
mod wire_tag;
