//! The index of delivered orders: a leader's start reads no verdicts again, and
//! knows each order whatever became of the index.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::spool::{How, Op, Pinterest, Spool, files, lead, rounds};
use pinrelay::spool::{
    IdSet, Lane, Settled, SpoolDir, Verdict, VerdictLog, Verdicts, fingerprint, prune, unix_now,
};
use proptest::collection::vec;
use proptest::prelude::*;
use rustix::io::Errno;

const DAY: i64 = 86_400;
const DAYS: i64 = 7;
const ORDERS: usize = 40;
/// So much of each day's verdicts is looked at again.
const LOOKED_AT: usize = 256;

fn settled(id: &str, at: i64, verdict: Verdict) -> Settled {
    Settled {
        event_id: id.into(),
        event_name: "checkout".into(),
        verdict,
        at,
        message: None,
    }
}

fn append(log: &mut VerdictLog, id: &str, at: i64) {
    log.append(&[settled(id, at, Verdict::Delivered)], 0, at)
        .unwrap();
}

fn day_file(spool_dir: &SpoolDir, day: i64) -> PathBuf {
    spool_dir.file("settled").join(format!("r-{day}.log"))
}

fn indexes(spool_dir: &SpoolDir) -> Vec<PathBuf> {
    let mut paths = files(&spool_dir.file("settled"));
    paths.retain(|path| path.extension().is_some_and(|ext| ext == "ids"));
    paths
}

/// Orders that were delivered on each of a week's days, by two leaders a day, and
/// one a day that was not.
fn a_week(spool: &Spool) -> i64 {
    let now = unix_now();
    for day in (0..DAYS).rev() {
        let at = now - day * DAY;
        for n in 0..ORDERS {
            let mut log = VerdictLog::new(&spool.dir);
            append(&mut log, &format!("{day}-{n}"), at);
            append(&mut log, &format!("{day}-{n}-more"), at);
        }
        let late = [settled("late", at, Verdict::Late)];
        VerdictLog::new(&spool.dir).append(&late, 0, at).unwrap();
    }
    now
}

fn of_the_week() -> Vec<String> {
    let pair = |day, n| [format!("{day}-{n}"), format!("{day}-{n}-more")];
    let day = |day| (0..ORDERS).flat_map(move |n| pair(day, n));
    (0..DAYS).flat_map(day).collect()
}

/// What the verdicts themselves say, each line of them.
fn by_the_verdicts(spool_dir: &SpoolDir) -> BTreeSet<String> {
    let (_, told) = Verdicts::new(spool_dir).after("", usize::MAX).unwrap();
    let delivered = told
        .into_iter()
        .filter(|one| one.verdict == Verdict::Delivered);
    delivered.map(|one| one.event_id).collect()
}

fn knows(spool_dir: &SpoolDir, ids: &BTreeSet<String>) -> bool {
    let known = IdSet::delivered(spool_dir);
    known.len() == ids.len() && ids.iter().all(|id| known.contains(&fingerprint(id)))
}

#[test]
fn a_leaders_start_reads_the_ends_of_a_weeks_verdicts_and_no_more() {
    let spool = Spool::new();
    let now = a_week(&spool);
    let len = |day| fs::metadata(day_file(&spool.dir, day)).unwrap().len() as usize;
    let all: usize = (0..DAYS).map(|day| len(now / DAY - day)).sum();
    assert!(all > 40_000);
    // Of the orders of today that a leader settled who was killed before he had
    // noted them, no more than these are read.
    let today = day_file(&spool.dir, now / DAY);
    let mut text = fs::read(&today).unwrap();
    let mut tail = serde_json::to_vec(&settled("tail", now, Verdict::Delivered)).unwrap();
    tail.push(b'\n');
    text.extend(&tail);
    fs::write(&today, text).unwrap();

    spool.disk.forget();
    let ids = IdSet::delivered(&spool.dir);
    assert!(ids.contains(&fingerprint("tail")) && ids.len() == of_the_week().len() + 1);
    let most = DAYS as usize * LOOKED_AT + tail.len() + LOOKED_AT;
    let read = spool.disk.bytes_read(".log");
    assert!(read <= most, "{read} of {all}");

    spool.disk.forget();
    assert_eq!(IdSet::delivered(&spool.dir).len(), ids.len());
    assert!(spool.disk.bytes_read(".log") <= DAYS as usize * LOOKED_AT);
}

#[test]
fn a_leader_of_visits_reads_neither_verdicts_nor_index() {
    for (lane, reads) in [(Lane::Visit, false), (Lane::Revenue, true)] {
        let spool = Spool::new();
        a_week(&spool);
        let mut writer = spool.writer(lane);
        writer
            .append(&crate::spool::line("new"), &crate::spool::LIMITS)
            .unwrap();
        spool.disk.forget();
        let mut pinterest = Pinterest::default();
        lead(&spool.dir, &mut pinterest).unwrap();
        assert_eq!(pinterest.sent["new"], 1);
        assert_eq!(spool.disk.bytes_read(".ids") > 0, reads, "{lane:?}");
        // The ends of all days, and of today's once more where it was opened and
        // where it was added to, and its last byte.
        let most = (DAYS as usize + 2) * LOOKED_AT + 1;
        assert!(spool.disk.bytes_read("/r-") <= most + spool.disk.bytes_read(".ids"));
    }
}

#[test]
fn orders_are_known_whatever_became_of_their_index() {
    type Harm = fn(&Path);
    fn with(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut text = fs::read(path).unwrap();
        change(&mut text);
        fs::write(path, text).unwrap();
    }
    let harms: [(&str, Harm); 10] = [
        ("nothing", |_| {}),
        // As an earlier version leaves it.
        ("there is none", |path| fs::remove_file(path).unwrap()),
        ("it is empty", |path| with(path, Vec::clear)),
        ("it is torn at its beginning", |path| {
            with(path, |text| text.truncate(20));
        }),
        ("it is torn at its end", |path| {
            with(path, |text| text.truncate(text.len() - 3));
        }),
        ("it is behind", |path| with(path, |text| text.truncate(440))),
        ("an id is damaged", |path| with(path, |text| text[40] ^= 1)),
        ("a spool_dir is damaged", |path| {
            with(path, |text| text[44 * 5 + 24] ^= 1);
        }),
        ("there is something behind it", |path| {
            with(path, |text| text.extend([7; 99]));
        }),
        ("a frame is missing", |path| {
            with(path, |text| drop(text.drain(44..88)));
        }),
    ];
    for (harm, does) in harms {
        let spool = Spool::new();
        let now = a_week(&spool);
        indexes(&spool.dir).iter().for_each(|path| does(path));
        // More is written behind it, and by an earlier version, too.
        append(&mut VerdictLog::new(&spool.dir), "more", now);
        let today = day_file(&spool.dir, now / DAY);
        let mut text = fs::read(&today).unwrap();
        text.extend(serde_json::to_vec(&settled("old", now, Verdict::Delivered)).unwrap());
        text.push(b'\n');
        fs::write(&today, text).unwrap();
        append(&mut VerdictLog::new(&spool.dir), "last", now);
        let mut all: BTreeSet<_> = of_the_week().into_iter().collect();
        all.extend(["more", "old", "last"].map(str::to_owned));
        assert_eq!(by_the_verdicts(&spool.dir), all);
        assert!(knows(&spool.dir, &all), "{harm}");
        spool.disk.forget();
        assert!(knows(&spool.dir, &all), "{harm}, when put right");
        let read = spool.disk.bytes_read(".log");
        assert!(read <= DAYS as usize * LOOKED_AT, "{harm}: {read}");
    }
}

#[test]
fn an_index_of_other_verdicts_is_not_believed() {
    type Change = fn(&Path, &Path);
    let changes: [(&str, Change); 5] = [
        ("the verdicts of two days changed places", |one, other| {
            let (a, b) = (fs::read(one).unwrap(), fs::read(other).unwrap());
            fs::write(one, b).unwrap();
            fs::write(other, a).unwrap();
        }),
        ("their indexes changed places", |one, other| {
            let [one, other] = [one, other].map(|path| path.with_extension("ids"));
            fs::rename(&one, one.with_extension("x")).unwrap();
            fs::rename(&other, &one).unwrap();
            fs::rename(one.with_extension("x"), other).unwrap();
        }),
        ("they are of another file", |one, _| {
            let text = fs::read(one).unwrap();
            fs::write(one.with_extension("x"), &text[..text.len() / 2]).unwrap();
            fs::rename(one.with_extension("x"), one).unwrap();
        }),
        // A power cut may keep the index and lose what it is of.
        ("they are cut", |one, _| {
            let file = fs::OpenOptions::new().write(true).open(one).unwrap();
            file.set_len(fs::metadata(one).unwrap().len() - 1_000)
                .unwrap();
        }),
        // And an earlier version goes on behind the cut.
        ("they are cut and others follow", |one, _| {
            let mut text = fs::read(one).unwrap();
            let line = text.iter().rposition(|byte| *byte == b'{').unwrap();
            let last = text.split_off(line);
            let other = serde_json::to_vec(&settled("other", 1, Verdict::Delivered)).unwrap();
            text.extend(other);
            text.resize(text.len() + last.len(), b' ');
            text.push(b'\n');
            fs::write(one, text).unwrap();
        }),
    ];
    for (change, does) in changes {
        let spool = Spool::new();
        let now = a_week(&spool);
        let [one, other] = [1, 2].map(|day| day_file(&spool.dir, now / DAY - day));
        does(&one, &other);
        let all = by_the_verdicts(&spool.dir);
        assert!(knows(&spool.dir, &all), "{change}");
        assert!(knows(&spool.dir, &all), "{change}, when put right");
    }
}

#[test]
fn a_verdict_that_lacks_its_end_counts_before_and_behind_the_next() {
    let spool = Spool::new();
    let now = a_week(&spool);
    let today = day_file(&spool.dir, now / DAY);
    let mut text = fs::read(&today).unwrap();
    text.extend(serde_json::to_vec(&settled("cut", now, Verdict::Delivered)).unwrap());
    fs::write(&today, text).unwrap();
    let mut all: BTreeSet<_> = of_the_week().into_iter().chain(["cut".into()]).collect();
    for _ in 0..2 {
        assert!(knows(&spool.dir, &all));
    }
    append(&mut VerdictLog::new(&spool.dir), "next", now);
    all.insert("next".into());
    assert!(knows(&spool.dir, &all));
    // Half a line is none, also when it was closed off.
    let file = fs::OpenOptions::new().write(true).open(&today).unwrap();
    let len = file.metadata().unwrap().len();
    file.write_at(b"{\"event_id\":\"half", len).unwrap();
    assert!(knows(&spool.dir, &all));
    append(&mut VerdictLog::new(&spool.dir), "after", now);
    all.insert("after".into());
    assert!(knows(&spool.dir, &all));
}

#[test]
fn where_the_index_cannot_be_written_the_verdicts_are_and_the_next_leader_adds_it() {
    let faults = [
        (Op::Open, How::Fails(Errno::ROFS)),
        (Op::Read, How::Fails(Errno::IO)),
        (Op::Read, How::Flips(3)),
        (Op::Write, How::Fails(Errno::NOSPC)),
        (Op::SetLen, How::Fails(Errno::IO)),
    ];
    for (op, how) in faults {
        let spool = Spool::new();
        let now = a_week(&spool);
        for path in indexes(&spool.dir) {
            let file = fs::OpenOptions::new().write(true).open(path).unwrap();
            file.set_len(400).unwrap();
        }
        spool.disk.fail(op, ".ids", how);
        let mut log = VerdictLog::new(&spool.dir);
        append(&mut log, "one", now);
        append(&mut log, "two", now);
        let mut all: BTreeSet<_> = of_the_week().into_iter().collect();
        all.extend(["one", "two"].map(str::to_owned));
        assert!(knows(&spool.dir, &all), "{op:?}");
        spool.disk.mend();
        append(&mut log, "three", now);
        all.insert("three".into());
        for _ in 0..2 {
            spool.disk.forget();
            assert!(knows(&spool.dir, &all), "{op:?}");
        }
        assert!(spool.disk.bytes_read(".log") <= DAYS as usize * LOOKED_AT);
    }
}

#[test]
fn an_index_is_written_anew_where_most_of_it_is_beginnings() {
    let spool = Spool::new();
    let now = unix_now();
    let mut log = VerdictLog::new(&spool.dir);
    let all: BTreeSet<_> = (0..2_000).map(|n| n.to_string()).collect();
    all.iter().for_each(|id| append(&mut log, id, now));
    let len = || fs::metadata(&indexes(&spool.dir)[0]).unwrap().len();
    assert!(len() > 80_000, "{}", len());
    assert!(knows(&spool.dir, &all));
    assert!(len() < 17_000, "{}", len());
    assert!(knows(&spool.dir, &all));
    // Whoever had it open goes on.
    append(&mut log, "x", now);
    spool.disk.forget();
    assert_eq!(IdSet::delivered(&spool.dir).len(), 2_001);
    assert!(spool.disk.bytes_read(".log") <= LOOKED_AT);
}

#[test]
fn an_index_goes_with_its_verdicts() {
    let spool = Spool::new();
    let now = a_week(&spool);
    let orphan = spool.dir.file("settled").join("r-1.ids");
    fs::write(&orphan, "x").unwrap();
    prune(&spool.dir, now + 4 * DAY);
    assert!(!orphan.exists());
    assert_eq!(indexes(&spool.dir).len(), 4);
    prune(&spool.dir, now + 20 * DAY);
    assert!(files(&spool.dir.file("settled")).is_empty());
}

/// What may happen between two verdicts.
#[derive(Clone, Debug)]
enum Step {
    Settle(u8),
    NewLeader,
    Fault(Op, &'static str, How),
    Mend,
    Die(usize, u8),
    Start,
    StartAndDie(usize),
    OlderVersion,
    CutVerdicts(u64),
    CutIndex(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let part = || prop_oneof![Just(".ids"), Just("/settled/")];
    let fault = prop_oneof![
        (part(), 0..60_usize).prop_map(|(p, n)| Step::Fault(Op::Write, p, How::Short(n + 1))),
        part().prop_map(|p| Step::Fault(Op::Write, p, How::Fails(Errno::NOSPC))),
        part().prop_map(|p| Step::Fault(Op::Open, p, How::Fails(Errno::ROFS))),
        Just(Step::Fault(Op::SetLen, ".ids", How::Fails(Errno::IO))),
        Just(Step::Fault(Op::Read, ".ids", How::Fails(Errno::IO))),
        (0..90_usize).prop_map(|n| Step::Fault(Op::Read, ".ids", How::Flips(n))),
        (0..90_usize).prop_map(|n| Step::Fault(Op::Read, ".ids", How::Short(n))),
    ];
    prop_oneof![
        8 => (1..5_u8).prop_map(Step::Settle),
        3 => Just(Step::NewLeader),
        4 => fault,
        2 => Just(Step::Mend),
        4 => (0..6_usize, 1..5_u8).prop_map(|(at, n)| Step::Die(at, n)),
        3 => Just(Step::Start),
        3 => (0..6_usize).prop_map(Step::StartAndDie),
        1 => Just(Step::OlderVersion),
        1 => (1..300_u64).prop_map(Step::CutVerdicts),
        1 => (1..90_u64).prop_map(Step::CutIndex),
    ]
}

fn cut(path: &Path, by: u64) {
    if let Ok(file) = fs::OpenOptions::new().write(true).open(path) {
        let len = file.metadata().unwrap().len();
        file.set_len(len.saturating_sub(by)).unwrap();
    }
}

/// The set is that of the verdicts, by every line that reads.
fn check(spool: &Spool, at: i64) {
    let text = fs::read(day_file(&spool.dir, at / DAY)).unwrap_or_default();
    let lines = text.split(|byte| *byte == b'\n');
    let told = lines.filter_map(|line| serde_json::from_slice::<Settled>(line).ok());
    let all = told.filter(|one| one.verdict == Verdict::Delivered);
    let all: BTreeSet<_> = all.map(|one| one.event_id).collect();
    assert!(knows(&spool.dir, &all));
}

fn run(steps: &[Step]) {
    let spool = Spool::new();
    let at = unix_now();
    let path = day_file(&spool.dir, at / DAY);
    let mut log = VerdictLog::new(&spool.dir);
    for (n, step) in steps.iter().enumerate() {
        let some = |count: u8| -> Vec<Settled> {
            let verdict = |k| match k % 3 {
                2 => Verdict::Late,
                _ => Verdict::Delivered,
            };
            let one = |k: u8| settled(&format!("{n}-{k}"), at, verdict(k));
            (0..count).map(one).collect()
        };
        match step {
            Step::Settle(count) => drop(log.append(&some(*count), 0, at)),
            Step::NewLeader => log = VerdictLog::new(&spool.dir),
            Step::Fault(op, path, how) => spool.disk.fail_once(*op, path, *how),
            Step::Mend => spool.disk.mend(),
            Step::Die(step, count) => {
                let work = || log.append(&some(*count), 0, at);
                let _ = spool.disk.kill_at(*step, work);
                log = VerdictLog::new(&spool.dir);
            }
            Step::Start => check(&spool, at),
            Step::StartAndDie(step) => {
                let start = || IdSet::delivered(&spool.dir).len();
                let _ = spool.disk.kill_at(*step, start);
                log = VerdictLog::new(&spool.dir);
            }
            Step::OlderVersion => {
                let mut text = fs::read(&path).unwrap_or_default();
                let other = settled(&format!("older-{n}"), at, Verdict::Delivered);
                text.extend(serde_json::to_vec(&other).unwrap());
                text.push(b'\n');
                fs::write(&path, text).unwrap();
            }
            Step::CutVerdicts(by) => {
                cut(&path, *by);
                log = VerdictLog::new(&spool.dir);
            }
            Step::CutIndex(by) => cut(&path.with_extension("ids"), *by),
        }
    }
    check(&spool, at);
    spool.disk.mend();
    check(&spool, at);
    check(&spool, at);
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: rounds(256),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_index_says_what_the_verdicts_say(steps in vec(step(), 1..40)) {
        run(&steps);
    }
}
