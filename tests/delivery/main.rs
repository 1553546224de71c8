//! The sender: what it sends and when, what an answer means, and what is settled by it.

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
#[path = "../shared/world.rs"]
mod world;

mod callers;
mod clock;
mod http;
mod middlebox;
mod outage;
mod pace;
mod panic;
mod pipeline;
mod poison;
mod retention;
mod secrets;
mod withdrawals;
