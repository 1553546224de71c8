//! Segments that are born under the eyes of a leader who deletes whatever is
//! empty. Real processes write them: locks of one process tell nothing.
//! A binary of its own: a child that is being started holds this process' locks.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy knows only functions marked as tests"
)]

#[path = "shared/spool/mod.rs"]
mod spool;

use std::collections::HashMap;
use std::process::{Child, Command};

use crate::spool::{LIMITS, Spool, ids, line, rounds, settle};
use pinrelay::spool::{Lane, Ledger, SpoolDir, Writer};

const PROCESSES: usize = 2;
const THREADS: usize = 3;
/// Says to a child where the spool is, and how many segments a thread makes.
const TASK: &str = "PINRELAY_TEST_BIRTHS";

/// Twenty thousand in a soak.
fn births() -> usize {
    let all = if rounds(1) > 1 { 20_000 } else { 2_000 };
    all / (PROCESSES * THREADS) + 1
}

#[test]
fn a_writing_process() {
    let Ok(task) = std::env::var(TASK) else {
        return; // A part of the test below, and nothing by itself.
    };
    let (births, root) = task.split_once(' ').unwrap();
    let births: usize = births.parse().unwrap();
    let spool_dir = SpoolDir::open(root.as_ref(), "https://shop.example", "1", false).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let spool_dir = &spool_dir;
            scope.spawn(move || {
                for n in 0..births {
                    let lane = Lane::ALL[n % 2];
                    let id = format!("{}-{thread}-{n}", std::process::id());
                    // Each has a segment of its own, which it leaves at once.
                    let mut writer = Writer::new(spool_dir.clone(), lane);
                    writer.append(&line(&id), &LIMITS).unwrap();
                }
            });
        }
    });
}

#[test]
fn no_record_is_lost_in_a_segment_that_is_deleted_at_its_birth() {
    let spool = Spool::new();
    let root = spool.root.path().join("root");
    let births = births();
    let start = |_| -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_writing_process", "--nocapture"])
            .env(TASK, format!("{births} {}", root.display()))
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut children: Vec<Child> = (0..PROCESSES).map(start).collect();
    let mut ledger = Ledger::new(&spool.dir);
    let mut seen: HashMap<String, usize> = HashMap::new();
    loop {
        let ended = children
            .iter_mut()
            .all(|child| child.try_wait().unwrap().is_some());
        ledger.refresh().unwrap();
        let entries = ledger.next(1_000, 1 << 20);
        for id in ids(&entries) {
            *seen.entry(id.to_owned()).or_default() += 1;
        }
        settle(&mut ledger, &entries);
        ledger.sweep(true, 0);
        if ended && entries.is_empty() {
            break;
        }
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(seen.len(), births * PROCESSES * THREADS);
    assert!(seen.values().all(|times| *times == 1));
    assert!(spool.segments().is_empty());
}
