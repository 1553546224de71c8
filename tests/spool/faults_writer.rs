//! What the disk does wrong to a capture: its caller is told why, and nothing is
//! acknowledged by half.

use std::fs;

use crate::spool::{How, LIMITS, Op, Pinterest, Spool, all, lead, line};
use pinrelay::spool::{Lane, Reason, Refused, State, unix_now};
use rustix::io::Errno;
/// Writes "a", then fails to write "b", and writes "c" when the disk is well.
/// Returns what it was told about "b".
fn three_writes(spool: &Spool, faults: &[(Op, &'static str, How)]) -> Reason {
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &LIMITS).unwrap();
    for (op, path, how) in faults {
        spool.disk.fail(*op, path, *how);
    }
    let refused = writer.append(&line("b"), &LIMITS).unwrap_err();
    spool.disk.mend();
    writer.append(&line("c"), &LIMITS).unwrap();
    refused.reason
}

#[test]
fn a_failed_write_is_told_with_its_reason_and_leaves_nothing() {
    for (errno, reason) in [
        (Errno::NOSPC, Reason::Full),
        (Errno::DQUOT, Reason::Full),
        (Errno::IO, Reason::Io),
        (Errno::ROFS, Reason::ReadOnly),
        (Errno::PERM, Reason::ReadOnly),
    ] {
        let spool = Spool::new();
        let told = three_writes(&spool, &[(Op::Write, "/seg/", How::Fails(errno))]);
        assert_eq!(told, reason);
        assert_eq!(spool.segments().len(), 2, "the segment is abandoned");
        assert_eq!(all(&spool), ["a", "c"]);
    }
}

#[test]
fn a_short_write_is_cut_back() {
    let spool = Spool::new();
    let told = three_writes(&spool, &[(Op::Write, "/seg/", How::Short(40))]);
    assert_eq!(told, Reason::Full);
    let first = fs::metadata(&spool.segments()[0]).unwrap();
    assert_eq!(first.len(), line("a").len() as u64);
    assert_eq!(all(&spool), ["a", "c"]);
}

#[test]
fn half_a_record_that_could_not_be_cut_back_is_passed_over_and_counted() {
    let spool = Spool::new();
    let told = three_writes(
        &spool,
        &[
            (Op::Write, "/seg/", How::Short(40)),
            (Op::SetLen, "/seg/", How::Fails(Errno::IO)),
        ],
    );
    assert_eq!(told, Reason::Full);
    let mut pinterest = Pinterest::default();
    lead(&spool.dir, &mut pinterest).unwrap();
    assert_eq!(pinterest.sent.len(), 2);
    assert_eq!(State::read(&spool.dir).lost["torn"], 1);
    assert_eq!(spool.segments().len(), 0);
}

#[test]
fn an_interrupted_write_is_done_again() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    spool
        .disk
        .fail_once(Op::Write, "/seg/", How::Fails(Errno::INTR));
    writer.append(&line("a"), &LIMITS).unwrap();
    assert_eq!(all(&spool), ["a"]);
}

#[test]
fn a_segment_that_cannot_be_born_is_told_and_leaves_nothing() {
    for (op, errno, reason) in [
        (Op::Open, Errno::NOSPC, Reason::Full),
        (Op::Open, Errno::ROFS, Reason::ReadOnly),
        (Op::Open, Errno::MFILE, Reason::Io),
        (Op::Rename, Errno::NOSPC, Reason::Full),
        (Op::Rename, Errno::IO, Reason::Io),
    ] {
        let spool = Spool::new();
        spool.disk.fail(op, "/seg/", How::Fails(errno));
        let mut writer = spool.writer(Lane::Visit);
        let refused = writer.append(&line("a"), &LIMITS).unwrap_err();
        assert_eq!(refused.reason, reason, "{op:?} {errno:?}");
        assert!(crate::spool::files(&spool.dir.file("seg")).is_empty());
        spool.disk.mend();
        writer.append(&line("b"), &LIMITS).unwrap();
        assert_eq!(all(&spool), ["b"]);
    }
}

#[test]
fn a_directory_that_vanished_is_told() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&line("a"), &LIMITS).unwrap();
    fs::remove_dir_all(spool.dir.dir()).unwrap();
    let refused = writer.append(&line("b"), &LIMITS).unwrap_err();
    assert_eq!(refused.reason, Reason::Io);
    assert!(refused.message.contains("No such file"), "{refused}");
    assert!(spool.dir.probe().is_err());
    // The leader finds nothing, and does not fall over it.
    assert_eq!(spool.ledger().work(), None);
}

#[test]
fn the_last_refusal_and_what_stands_in_the_way_are_told_even_when_the_disk_is_full() {
    for (errno, reason) in [(Errno::NOSPC, "full"), (Errno::ROFS, "readonly")] {
        let spool = Spool::new();
        assert_eq!(Refused::read(&spool.dir), None);
        spool.dir.probe().unwrap();
        let since = unix_now();
        for part in ["/seg/", "/ack/", "/settled/", "state"] {
            spool.disk.fail(Op::Write, part, How::Fails(errno));
        }
        let mut writer = spool.writer(Lane::Revenue);
        let refused = writer.append(&line("a"), &LIMITS).unwrap_err();
        let told = Refused::read(&spool.dir).unwrap();
        assert_eq!((&*told.reason, &told.message), (reason, &refused.message));
        assert!((since..=unix_now()).contains(&told.at));
        assert_eq!(spool.dir.probe().unwrap_err().reason.as_str(), reason);
        // Where not even that can be written, the caller is still told.
        spool.disk.fail(Op::Write, "refused", How::Fails(errno));
        writer.append(&line("a"), &LIMITS).unwrap_err();
        spool.disk.mend();
        spool.dir.probe().unwrap();
    }
}

#[test]
fn a_shorter_refusal_leaves_nothing_of_a_longer_one() {
    let spool = Spool::new();
    let mut writer = spool.writer(Lane::Revenue);
    for errno in [Errno::ROFS, Errno::IO, Errno::NOSPC] {
        spool.disk.fail(Op::Write, "/seg/", How::Fails(errno));
        let refused = writer.append(&line("a"), &LIMITS).unwrap_err();
        assert_eq!(Refused::read(&spool.dir).unwrap().message, refused.message);
        spool.disk.mend();
    }
}
