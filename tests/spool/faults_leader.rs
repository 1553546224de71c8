//! What the disk does wrong to a leader: nothing is lost without a word, nothing
//! holds up the others, and nothing is sent twice.

use std::fs;

use crate::spool::{
    How, LIMITS, Op, Pinterest, Spool, all, ids, lead, line, next, settle, verdicts,
};
use pinrelay::spool::{
    Content, DeadLetters, Envelope, Generation, Lane, Leader, Ledger, Reason, Settled, State,
    Verdict, VerdictLog, Withdrawn, encode, unix_now,
};
use rustix::io::Errno;
#[test]
fn a_flipped_bit_costs_one_event_and_is_counted() {
    let spool = Spool::with(&["a", "b", "c"]);
    let second = line("a").len() + 20;
    spool.disk.fail(Op::Read, ".seg", How::Flips(second));
    let mut pinterest = Pinterest::default();
    lead(&spool.dir, &mut pinterest).unwrap();
    let mut sent: Vec<_> = pinterest.sent.into_keys().collect();
    sent.sort();
    assert_eq!(sent, ["a", "c"]);
    assert_eq!(State::read(&spool.dir).lost["damaged"], 1);
}

#[test]
fn a_line_whose_end_is_damaged_does_not_take_the_next_with_it() {
    let spool = Spool::with(&["a", "b", "c"]);
    spool
        .disk
        .fail(Op::Read, ".seg", How::Flips(line("a").len() - 1));
    assert_eq!(ids(&next(&mut spool.ledger(), 9)), ["damaged", "b", "c"]);
}

#[test]
fn short_reads_are_put_together() {
    let spool = Spool::with(&["a", "b", "c"]);
    spool.disk.fail(Op::Read, "/seg/", How::Short(7));
    assert_eq!(all(&spool), ["a", "b", "c"]);
}

#[test]
fn a_segment_that_cannot_be_read_waits_is_told_and_comes_when_it_can() {
    let spool = Spool::with(&["a"]);
    spool
        .writer(Lane::Visit)
        .append(&line("v"), &LIMITS)
        .unwrap();
    spool.disk.fail(Op::Read, "/seg/r-", How::Fails(Errno::IO));
    let mut ledger = spool.ledger();
    assert_eq!(ids(&next(&mut ledger, 9)), ["v"]);
    let waiting = spool.ledger().waiting(&Withdrawn::read(&spool.dir));
    let waiting = waiting.unwrap();
    assert_eq!((waiting.revenue, waiting.visit), (0, 1));
    assert!(waiting.unread.unwrap().message.contains("/seg/r-"));
    spool.disk.mend();
    // To the next leader at once, and to this one when it looks again.
    assert_eq!(ids(&next(&mut spool.ledger(), 9)), ["a", "v"]);
    assert_eq!(ids(&next(&mut ledger, 9)), ["v"]);
    for _ in 0..1_000 {
        ledger.refresh().unwrap();
    }
    assert_eq!(ids(&next(&mut ledger, 9)), ["a", "v"]);
}

#[test]
fn what_stands_before_a_bad_sector_is_sent() {
    let spool = Spool::with(&["a", "b", "c"]);
    let bad = 2 * line("a").len() as u64 + 9;
    spool.disk.fail(Op::Read, "/seg/", How::Ends(bad));
    assert_eq!(all(&spool), ["a", "b"]);
    spool.disk.mend();
    assert_eq!(all(&spool), ["c"]);
}

#[test]
fn a_directory_that_cannot_be_read_is_an_error_and_not_an_empty_spool() {
    let spool = Spool::with(&["a"]);
    spool.disk.fail(Op::Names, "/seg", How::Fails(Errno::IO));
    assert!(Ledger::new(&spool.dir).refresh().is_err());
    let mut pinterest = Pinterest::default();
    lead(&spool.dir, &mut pinterest).unwrap_err();
    assert_eq!(pinterest.calls, 0);
}

#[test]
fn an_offset_that_cannot_be_written_sends_nothing_again() {
    for (op, path) in [
        (Op::Open, "/ack/"),
        (Op::Write, "/ack/"),
        (Op::Rename, "/ack/"),
    ] {
        let spool = Spool::with(&["a", "b"]);
        spool.disk.fail(op, path, How::Fails(Errno::NOSPC));
        let mut pinterest = Pinterest::default();
        lead(&spool.dir, &mut pinterest).unwrap();
        assert_eq!(spool.segments().len(), 0, "{op:?}");
        // Nor where its segment could not be deleted either.
        let spool = Spool::with(&["c"]);
        spool.disk.fail(op, path, How::Fails(Errno::NOSPC));
        spool.disk.fail(Op::Unlink, "/seg/", How::Fails(Errno::IO));
        for _ in 0..2 {
            lead(&spool.dir, &mut pinterest).unwrap();
        }
        assert_eq!(pinterest.sent["c"], 1);
    }
}

#[test]
fn a_segment_that_cannot_be_deleted_is_deleted_later() {
    let spool = Spool::with(&["a"]);
    spool.disk.fail(Op::Unlink, "/seg/", How::Fails(Errno::IO));
    let mut pinterest = Pinterest::default();
    lead(&spool.dir, &mut pinterest).unwrap();
    assert_eq!(spool.segments().len(), 1);
    spool.disk.mend();
    lead(&spool.dir, &mut pinterest).unwrap();
    assert_eq!(spool.segments().len(), 0);
    assert_eq!(pinterest.calls, 1);
    assert!(crate::spool::files(&spool.dir.file("ack")).is_empty());
}

#[test]
fn without_room_for_the_verdicts_pinterest_is_not_asked() {
    for (op, errno, reason) in [
        (Op::Reserve, Errno::NOSPC, Reason::Full),
        (Op::Open, Errno::ROFS, Reason::ReadOnly),
    ] {
        let spool = Spool::with(&["a"]);
        spool.disk.fail(op, "/settled/", How::Fails(errno));
        let mut pinterest = Pinterest::default();
        let error = lead(&spool.dir, &mut pinterest).unwrap_err();
        assert_eq!((error.reason, pinterest.calls), (reason, 0));
        spool.disk.mend();
        lead(&spool.dir, &mut pinterest).unwrap();
        assert_eq!(verdicts(&spool.dir), [("a".into(), Verdict::Delivered)]);
    }
}

fn settled(id: &str, verdict: Verdict) -> Settled {
    Settled {
        event_id: id.into(),
        event_name: "checkout".into(),
        verdict,
        at: unix_now(),
        message: None,
    }
}

#[test]
fn verdicts_that_came_to_the_disk_by_half_are_written_again_and_spoil_no_other() {
    let spool = Spool::new();
    let mut log = VerdictLog::new(&spool.dir);
    let now = unix_now();
    let of = |id| [settled(id, Verdict::Delivered)];
    log.append(&of("a"), 0, now).unwrap();
    spool.disk.fail_once(Op::Write, "/settled/", How::Short(30));
    spool
        .disk
        .fail_once(Op::Write, "/settled/", How::Fails(Errno::NOSPC));
    log.append(&of("b"), 0, now).unwrap_err();
    log.append(&of("c"), 0, now).unwrap();
    let told: Vec<_> = verdicts(&spool.dir);
    assert_eq!(told.len(), 2);
    assert_eq!((&*told[0].0, &*told[1].0), ("a", "c"));
}

#[test]
fn a_letter_that_cannot_be_written_whole_is_no_letter() {
    let spool = Spool::with(&["a"]);
    let entries = next(&mut spool.ledger(), 1);
    let Content::Event(event) = &entries[0].content else {
        panic!("no event")
    };
    for op in [Op::Write, Op::Rename] {
        spool.disk.fail(op, "/dead/", How::Fails(Errno::NOSPC));
        let letters = DeadLetters::new(&spool.dir);
        let error = letters.put(event, "no".into(), 1).unwrap_err();
        assert_eq!(error.reason, Reason::Full);
        assert_eq!((letters.count(), letters.list(9).len()), (0, 0));
        spool.disk.mend();
    }
}

#[test]
fn notes_that_cannot_be_written_stay_as_they_were() {
    let spool = Spool::new();
    let state = State {
        delivered: 3,
        ..State::default()
    };
    state.write(&spool.dir).unwrap();
    Generation::raise(&spool.dir, 5).unwrap();
    for (op, how) in [
        (Op::Write, How::Fails(Errno::NOSPC)),
        (Op::Rename, How::Fails(Errno::IO)),
    ] {
        spool.disk.fail(op, "state", how);
        State::default().write(&spool.dir).unwrap_err();
        assert_eq!(State::read(&spool.dir), state);
    }
    spool
        .disk
        .fail(Op::Write, "generation", How::Fails(Errno::NOSPC));
    Generation::raise(&spool.dir, 9).unwrap_err();
    assert_eq!(Generation::read(&spool.dir), 5);
}

#[test]
fn a_generation_that_was_written_by_half_is_none_and_is_raised_again() {
    let spool = Spool::new();
    Generation::raise(&spool.dir, 5).unwrap();
    let path = spool.dir.file("generation");
    let text = fs::read(&path).unwrap();
    fs::write(&path, &text[..7]).unwrap();
    assert_eq!(Generation::read(&spool.dir), 0);
    assert_eq!(Generation::raise(&spool.dir, 5).unwrap(), 5);
    assert_eq!(fs::read(&path).unwrap(), text);
}

#[test]
fn on_a_read_only_disk_nobody_leads_and_everybody_can_look() {
    let spool = Spool::with(&["a"]);
    spool
        .disk
        .fail(Op::Open, "leader.lock", How::Fails(Errno::ROFS));
    assert_eq!(
        Leader::try_lead(&spool.dir).unwrap_err().reason,
        Reason::ReadOnly
    );
    assert!(Leader::is_free(&spool.dir).unwrap());
    assert!(!spool.dir.file("leader.lock").exists());
}

#[test]
fn a_full_disk_does_not_stop_who_empties_it() {
    let spool = Spool::with(&["a", "b"]);
    for part in ["leader.lock", "/ack/", "state", "/seg/", "/dead/"] {
        spool.disk.fail(Op::Write, part, How::Fails(Errno::NOSPC));
    }
    let mut pinterest = Pinterest::default();
    assert_eq!(lead(&spool.dir, &mut pinterest).unwrap().delivered, 2);
    assert_eq!(spool.segments().len(), 0);
}

#[test]
fn a_withdrawal_that_cannot_be_written_is_told() {
    let spool = Spool::with(&["a"]);
    let entries = next(&mut spool.ledger(), 9);
    spool
        .disk
        .fail(Op::Open, "/withdrawn/", How::Fails(Errno::NOSPC));
    let mut withdrawn = Withdrawn::read(&spool.dir);
    let (segment, end) = (&entries[0].segment, entries[0].end);
    assert_eq!(
        withdrawn.mark(segment, end).unwrap_err().reason,
        Reason::Full
    );
    assert!(!withdrawn.contains(segment, end));
    spool.disk.mend();
    withdrawn.mark(segment, end).unwrap();
    assert!(Withdrawn::read(&spool.dir).contains(segment, end));
}

#[test]
fn a_marker_concerns_the_record_it_was_made_for_and_no_other() {
    let spool = Spool::with(&["a", "a"]);
    let mut ledger = spool.ledger();
    let entries = next(&mut ledger, 9);
    let mut withdrawn = Withdrawn::read(&spool.dir);
    withdrawn.mark(&entries[0].segment, entries[0].end).unwrap();
    let mut pinterest = Pinterest::default();
    lead(&spool.dir, &mut pinterest).unwrap();
    assert_eq!(pinterest.sent["a"], 1);
    assert_eq!(
        verdicts(&spool.dir),
        [
            ("a".to_owned(), Verdict::Withdrawn),
            ("a".to_owned(), Verdict::Delivered)
        ]
    );
    settle(&mut ledger, &entries);
    assert!(crate::spool::files(&spool.dir.file("withdrawn")).is_empty());
}

#[test]
fn verdicts_on_orders_that_cannot_be_written_keep_no_visit_from_being_settled_once() {
    let spool = Spool::with(&["o-1"]);
    let now = unix_now();
    let stale = encode(&Envelope {
        id: "v-1".into(),
        name: "page_visit".into(),
        time: now - 7_200,
        at: now,
        late_ok: false,
        event: "{}".into(),
    });
    let mut writer = spool.writer(Lane::Visit);
    writer.append(&stale.unwrap(), &LIMITS).unwrap();
    spool
        .disk
        .fail(Op::Write, "/settled/", How::Fails(Errno::IO));
    let mut pinterest = Pinterest::default();
    for _ in 0..3 {
        // The order is met by each.
        lead(&spool.dir, &mut pinterest).unwrap_err();
        assert_eq!(ids(&next(&mut spool.ledger(), 9)), ["o-1"]);
        assert_eq!(State::read(&spool.dir).lost["stale"], 1);
    }
    assert_eq!(verdicts(&spool.dir), []);
    spool.disk.mend();
    lead(&spool.dir, &mut pinterest).unwrap();
    let delivered = ("o-1".to_owned(), Verdict::Delivered);
    assert_eq!(verdicts(&spool.dir), [delivered]);
    assert_eq!(State::read(&spool.dir).lost["stale"], 1);
}
