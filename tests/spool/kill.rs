//! A process that is killed in place of each single change it makes to the disk,
//! one after the other: no step is left out by chance.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use crate::spool::{
    FaultyDisk, LIMITS, Pinterest, Spool, all, files, lead, line, next, open, verdicts,
};
use pinrelay::delivery::{Clock, purge};
use pinrelay::spool::{
    DeadLetters, Durability, Lane, Leader, Ledger, Limits, Verdict, Withdrawn, Writer, unix_now,
};

/// Kills a process at its first change of the disk, its second, and so on, each
/// time on a spool of its own, until it comes to its end. Says how many died.
fn at_every_step(mut run: impl FnMut(usize) -> bool) -> usize {
    (0..10_000).find(|n| run(*n)).expect("it never ends")
}

#[test]
fn a_process_killed_while_it_makes_the_spool_keeps_nobody_from_making_it() {
    let died = at_every_step(|n| {
        let dir = tempfile::tempdir().unwrap();
        let disk = Arc::default();
        let done = FaultyDisk::kill_at(&disk, n, || open(&disk, dir.path()).unwrap());
        let spool_dir = open(&disk, dir.path()).unwrap();
        let mut writer = Writer::new(spool_dir.clone(), Lane::Visit);
        writer.append(&line("a"), &LIMITS).unwrap();
        let mut ledger = Ledger::new(&spool_dir);
        assert_eq!(next(&mut ledger, 9).len(), 1, "step {n}");
        ledger.tidy(unix_now() + 3_700);
        let left = files(spool_dir.dir());
        let is_half = |path: &PathBuf| path.extension().is_some_and(|ext| ext == "tmp");
        assert!(!left.iter().any(is_half), "step {n}: {left:?}");
        done.is_some()
    });
    assert!(died >= 12, "{died}");
}

#[test]
fn a_writer_killed_at_any_step_loses_no_record_it_had_acknowledged() {
    let limits = Limits {
        durability: Durability::All,
        ..LIMITS
    };
    let died = at_every_step(|n| {
        let spool = Spool::new();
        let mut acknowledged = Vec::new();
        let done = spool.disk.kill_at(n, || {
            let mut writer = spool.writer(Lane::Revenue);
            for id in ["a", "b", "c"] {
                writer.append(&line(id), &limits).unwrap();
                acknowledged.push(id);
            }
        });
        let mut pinterest = Pinterest::default();
        lead(&spool.dir, &mut pinterest).unwrap();
        for id in &acknowledged {
            assert_eq!(pinterest.sent.get(*id), Some(&1), "{id}, step {n}");
        }
        // At most the one it died in came as well.
        assert!(pinterest.sent.len() <= acknowledged.len() + 1, "step {n}");
        assert_eq!(spool.segments().len(), 0);
        done.is_some()
    });
    // Birth, name, and a write and a sync for each.
    assert!(died >= 9, "{died}");
}

/// Orders in two segments, one of them taken back and one that is refused, and
/// visits.
fn mixed() -> Spool {
    let spool = Spool::with(&["a", "taken-back", "b"]);
    let entries = next(&mut spool.ledger(), 9);
    let mut withdrawn = Withdrawn::read(&spool.dir);
    withdrawn.mark(&entries[1].segment, entries[1].end).unwrap();
    for (lane, ids) in [
        (Lane::Revenue, ["refused", "c"]),
        (Lane::Visit, ["v1", "v2"]),
    ] {
        let mut writer = spool.writer(lane);
        for id in ids {
            writer.append(&line(id), &LIMITS).unwrap();
        }
    }
    spool
}

const ORDERS: [&str; 5] = ["a", "taken-back", "b", "refused", "c"];

#[test]
fn a_leader_killed_at_any_step_loses_nothing_and_sends_no_order_twice_whose_answer_it_kept() {
    let died = at_every_step(|n| {
        let spool = mixed();
        let mut pinterest = Pinterest {
            refuses: vec!["refused".to_owned()],
            ..Pinterest::default()
        };
        let done = spool.disk.kill_at(n, || lead(&spool.dir, &mut pinterest));
        let kept: BTreeSet<_> = verdicts(&spool.dir).into_iter().collect();
        let before = pinterest.sent.clone();
        lead(&spool.dir, &mut pinterest).unwrap();

        let told = verdicts(&spool.dir);
        for id in ORDERS {
            let expected = match id {
                "taken-back" => Verdict::Withdrawn,
                "refused" => Verdict::Rejected,
                _ => Verdict::Delivered,
            };
            let of: Vec<_> = told.iter().filter(|(told, _)| told == id).collect();
            assert!(
                !of.is_empty() && of.iter().all(|(_, verdict)| *verdict == expected),
                "{id}, step {n}: {of:?}"
            );
        }
        for visit in ["v1", "v2"] {
            assert!(pinterest.sent.contains_key(visit), "{visit}, step {n}");
        }
        assert_eq!(pinterest.sent.get("taken-back"), None, "step {n}");
        for (id, verdict) in kept {
            if verdict == Verdict::Delivered {
                assert_eq!(pinterest.sent[&id], before[&id], "{id}, step {n}");
            }
        }
        assert_eq!(DeadLetters::new(&spool.dir).count(), 1, "step {n}");
        assert_eq!(all(&spool), [""; 0], "step {n}");
        for part in ["seg", "ack"] {
            assert!(files(&spool.dir.file(part)).is_empty(), "{part}, step {n}");
        }
        done.is_some()
    });
    assert!(died >= 15, "{died}");
}

#[test]
fn a_purge_killed_at_any_step_can_be_done_again_and_tells_of_every_order() {
    let died = at_every_step(|n| {
        let spool = mixed();
        let discard = || {
            let leader = Leader::try_lead(&spool.dir).unwrap().unwrap();
            purge(&leader, &Clock).unwrap()
        };
        let done = spool.disk.kill_at(n, discard);
        discard();
        let told: BTreeSet<_> = verdicts(&spool.dir).into_iter().collect();
        let told_of: BTreeSet<_> = told.iter().map(|(id, _)| &**id).collect();
        let expected: BTreeSet<_> = ORDERS.into_iter().collect();
        assert_eq!(told_of, expected, "step {n}");
        assert!(
            told.iter()
                .all(|(_, verdict)| *verdict == Verdict::Withdrawn)
        );
        assert_eq!(spool.segments().len(), 0, "step {n}");
        done.is_some()
    });
    assert!(died >= 10, "{died}");
}
