//! The durable queue: its files, its locks, and what faults, kills and other processes do to it.

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

mod between;
mod durability;
mod faults_leader;
mod faults_writer;
mod index;
mod kill;
mod ledger;
mod model;
mod moved;
mod never_waits;
mod place;
mod properties;
mod recent;
mod trouble;
mod verdicts;
