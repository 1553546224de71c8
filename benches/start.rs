//! How long a leader's start takes after so many orders of a week: what it has to know is which were delivered.
//!
//! `cargo bench --no-default-features --bench start -- ORDERS`: JSON, nanoseconds of each start.

use std::hint::black_box;
use std::io;
use std::time::Instant;

use pinrelay::spool::{IdSet, Settled, SpoolDir, Verdict, VerdictLog, unix_now};

const DAY: i64 = 86_400;
const DAYS: usize = 7;
const A_CALL: usize = 25;
const STARTS: usize = 9;

fn fill(spool_dir: &SpoolDir, orders: usize) -> io::Result<()> {
    let mut log = VerdictLog::new(spool_dir);
    for first in (0..orders).step_by(A_CALL) {
        let at = unix_now() - DAY * (DAYS - 1 - first * DAYS / orders) as i64;
        let order = |n| Settled {
            event_id: format!("order-{n}"),
            event_name: "checkout".into(),
            verdict: Verdict::Delivered,
            at,
            message: None,
        };
        let settled: Vec<_> = (first..orders.min(first + A_CALL)).map(order).collect();
        log.append(&settled, 0, at).map_err(io::Error::other)?;
    }
    Ok(())
}

fn starts(
    spool_dir: &SpoolDir,
    orders: usize,
    mut before: impl FnMut() -> io::Result<()>,
) -> io::Result<Vec<u128>> {
    (0..STARTS)
        .map(|_| {
            before()?;
            let begin = Instant::now();
            let known = black_box(IdSet::delivered(spool_dir)).len();
            let took = begin.elapsed().as_nanos();
            assert_eq!(known, orders, "orders are known");
            Ok(took)
        })
        .collect()
}

fn main() -> io::Result<()> {
    // Cargo adds arguments of its own.
    let orders = std::env::args()
        .find_map(|word| word.parse().ok())
        .unwrap_or(500_000);
    let dir = tempfile::tempdir()?;
    let spool_dir =
        SpoolDir::open(dir.path(), "https://shop.example", "1", false).map_err(io::Error::other)?;
    fill(&spool_dir, orders)?;
    let with = starts(&spool_dir, orders, || Ok(()))?;
    let without = starts(&spool_dir, orders, || {
        for entry in std::fs::read_dir(spool_dir.file("settled"))? {
            let path = entry?.path();
            if path.extension().is_some_and(|ext| ext == "ids") {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    })?;
    println!("{{\"orders\":{orders},\"with_index\":{with:?},\"without\":{without:?}}}");
    Ok(())
}
