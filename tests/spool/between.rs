//! Writers and a leader who come between any two steps of each other.

use std::sync::{Arc, Mutex};

use crate::spool::{LIMITS, Pinterest, Spool, all, ids, lead, line, settle};
use pinrelay::spool::{Durability, Lane, Ledger, Limits, SpoolDir, Writer};

/// The same spool as another process has it.
fn elsewhere(spool: &Spool) -> SpoolDir {
    let root = spool.root.path().join("root");
    SpoolDir::open(&root, "https://shop.example", "1", false).unwrap()
}

#[test]
fn a_leader_that_looks_between_any_two_steps_of_a_writer_meets_each_record_once() {
    let spool = Spool::new();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let met = Arc::clone(&seen);
    let mut ledger = Ledger::new(&elsewhere(&spool));
    let look = move || {
        ledger.refresh().unwrap();
        let entries = ledger.next(1_000, 1 << 20);
        met.lock()
            .unwrap()
            .extend(ids(&entries).iter().map(|id| (*id).to_owned()));
        settle(&mut ledger, &entries);
        ledger.sweep(true, 0);
    };
    let limits = Limits {
        durability: Durability::All,
        ..LIMITS
    };
    let ids: Vec<String> = (0..20).map(|n| format!("o-{n}")).collect();
    spool.disk.meanwhile(look, || {
        let mut writer = spool.writer(Lane::Revenue);
        for id in &ids {
            writer.append(&line(id), &limits).unwrap();
        }
    });
    let mut met = seen.lock().unwrap().clone();
    met.extend(all(&spool));
    assert_eq!(met, ids);
}

#[test]
fn what_is_captured_between_any_two_steps_of_a_leader_is_delivered_once() {
    let spool = Spool::with(&["o-first"]);
    let captured: Arc<Mutex<Vec<String>>> = Arc::default();
    let acknowledged = Arc::clone(&captured);
    let spool_dir = elsewhere(&spool);
    let mut writer = Writer::new(spool_dir.clone(), Lane::Revenue);
    let capture = move || {
        let mut all = acknowledged.lock().unwrap();
        if all.len() < 300 {
            let id = format!("o-{}", all.len());
            if all.len().is_multiple_of(7) {
                writer = Writer::new(spool_dir.clone(), Lane::Revenue);
            }
            writer.append(&line(&id), &LIMITS).unwrap();
            all.push(id);
        }
    };
    let mut pinterest = Pinterest::default();
    spool
        .disk
        .meanwhile(capture, || lead(&spool.dir, &mut pinterest))
        .unwrap();
    lead(&spool.dir, &mut pinterest).unwrap();
    let captured = captured.lock().unwrap();
    assert_eq!(captured.len(), 300);
    for id in captured.iter().map(|id| &**id).chain(["o-first"]) {
        assert_eq!(pinterest.sent.get(id), Some(&1), "{id}");
    }
    assert!(spool.segments().is_empty());
}
