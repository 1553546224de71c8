//! What has reached the disk when a capture returns, counted by the calls that the
//! file system got.

use crate::spool::{How, LIMITS, Op, Spool, all, ended, line};
use pinrelay::spool::{Durability, Lane, Limits, Reason};
use rustix::io::Errno;

/// Writes three records to a lane: how often was a file, and how often was the
/// directory of segments synced?
fn synced(durability: Durability, lane: Lane) -> (usize, usize) {
    let spool = Spool::new();
    let mut writer = spool.writer(lane);
    for id in ["a", "b", "c"] {
        let limits = Limits {
            durability,
            ..LIMITS
        };
        writer.append(&line(id), &limits).unwrap();
    }
    (
        spool.disk.count(Op::Sync, "/seg/"),
        spool.disk.count(Op::SyncDir, "/seg"),
    )
}

#[test]
fn each_record_is_synced_where_the_setting_says_so_and_a_new_name_once() {
    use Durability::{All, Checkout, Off};
    for (durability, lane, expected) in [
        (Off, Lane::Revenue, (0, 0)),
        (Off, Lane::Visit, (0, 0)),
        (Checkout, Lane::Revenue, (3, 1)),
        (Checkout, Lane::Visit, (0, 0)),
        (All, Lane::Revenue, (3, 1)),
        (All, Lane::Visit, (3, 1)),
    ] {
        assert_eq!(
            synced(durability, lane),
            expected,
            "{durability:?} {lane:?}"
        );
    }
}

#[test]
fn the_names_of_a_new_spool_are_on_the_platter_before_its_first_record() {
    let dir = tempfile::tempdir().unwrap();
    let disk = std::sync::Arc::default();
    crate::spool::open(&disk, dir.path()).unwrap();
    // The root's own name, and each level below it.
    let of_site = disk.count(Op::SyncDir, "/root/");
    assert!(of_site >= 2, "{of_site}");
    assert!(disk.count(Op::SyncDir, "") > of_site);
    let before = disk.count(Op::SyncDir, "");
    crate::spool::open(&disk, dir.path()).unwrap();
    assert_eq!(disk.count(Op::SyncDir, ""), before, "made once");
}

#[test]
fn what_did_not_reach_the_platter_is_refused_and_not_sent() {
    let limits = Limits {
        durability: Durability::All,
        ..LIMITS
    };
    for (op, path) in [(Op::Sync, "/seg/"), (Op::SyncDir, "/seg")] {
        let spool = Spool::new();
        let mut writer = spool.writer(Lane::Revenue);
        spool.disk.fail(op, path, How::Fails(Errno::IO));
        let refused = writer.append(&line("a"), &limits).unwrap_err();
        assert_eq!(refused.reason, Reason::Io);
        assert_eq!(all(&spool), ["torn"], "{op:?}");
        spool.disk.mend();
        writer.append(&line("b"), &limits).unwrap();
        assert_eq!(all(&spool), ["b"], "{op:?}");
    }
}

#[test]
fn a_lane_that_is_synced_from_now_on_syncs_the_name_that_it_has() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &LIMITS).unwrap();
    let limits = Limits {
        durability: Durability::Checkout,
        ..LIMITS
    };
    writer.append(&line("b"), &limits).unwrap();
    assert_eq!(spool.disk.count(Op::SyncDir, "/seg"), 1);
}

#[test]
fn no_record_takes_the_place_of_one_that_did_not_reach_the_platter() {
    let spool = Spool::new();
    let limits = Limits {
        durability: Durability::All,
        ..LIMITS
    };
    spool.disk.fail(Op::Sync, "/seg/", How::Fails(Errno::IO));
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &limits).unwrap_err();
    spool.disk.mend();
    // Its process ends, and another goes on with what it has left.
    let name = ended(&spool.segments()[0]);
    let mut ledger = spool.ledger();
    spool
        .writer(Lane::Revenue)
        .append(&line("b"), &LIMITS)
        .unwrap();
    // Of a sender that read the record while it was being synced.
    let end = line("a").len() as u64;
    ledger.settle(&name, 0, end).unwrap();
    assert!(all(&spool).contains(&"b".to_owned()));
}
