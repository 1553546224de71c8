//! Whatever bytes are found in a spool: nothing is invented, nothing that is
//! whole is lost, and nobody falls over it.

use std::fs;

use crate::spool::{LIMITS, Spool, all, ids, line_at, next, rounds, settle, verdicts};
use pinrelay::spool::{
    Content, DeadLetters, Generation, IdSet, LeaderNote, Lines, Record, Refused, Settled, State,
    Verdict, VerdictLog, Verdicts, Withdrawn, decode, prune, unix_now,
};
use pinrelay::spool::{Lane, SegmentName};
use proptest::collection::vec;
use proptest::prelude::*;

fn config(few: u32) -> ProptestConfig {
    ProptestConfig {
        cases: rounds(few),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// A record of its own length, so that boundaries fall everywhere.
fn record(n: usize) -> Vec<u8> {
    let padding = "x".repeat(n * 37 % 91);
    line_at(&format!("{n}-{padding}"), 5)
}

/// Bytes as a damaged segment may have them.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 0..40),
        (0..9_usize).prop_map(record),
        ((0..9_usize), 0.0..1.0).prop_map(|(n, part)| {
            let line = record(n);
            line[..(line.len() as f64 * part) as usize].to_vec()
        }),
        Just(b"\n".to_vec()),
        Just(b"1 00000000 {".to_vec()),
        Just(b"2 c6f3b0e5 {\"v\":2}".to_vec()),
        vec(Just(0_u8), 0..50),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// Damage: bits that flip, and stretches that go missing.
#[derive(Clone, Debug)]
enum Damage {
    Flip(f64, u8),
    Cut(f64, usize),
    /// Where it hurts: the one byte between two records.
    FlipEnd(f64),
    CutEnd(f64),
}

fn damage() -> impl Strategy<Value = Vec<Damage>> {
    let one = prop_oneof![
        (0.0..1.0, 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (0.0..1.0, 1..200_usize).prop_map(|(at, len)| Damage::Cut(at, len)),
        (0.0..1.0).prop_map(Damage::FlipEnd),
        (0.0..1.0).prop_map(Damage::CutEnd),
    ];
    vec(one, 0..6)
}

/// `records` in one text after the damage, and which of them have all their
/// bytes.
fn damaged(records: &[Vec<u8>], damage: &[Damage]) -> (Vec<u8>, Vec<bool>) {
    let mut bytes: Vec<(usize, u8)> = Vec::new();
    for (n, record) in records.iter().enumerate() {
        bytes.extend(record.iter().map(|byte| (n, *byte)));
    }
    let mut whole = vec![true; records.len()];
    for one in damage {
        if bytes.is_empty() {
            break;
        }
        let spool_dir = |at: &f64| ((bytes.len() as f64 * at) as usize).min(bytes.len() - 1);
        let end_behind = |at: &f64| {
            let from = spool_dir(at);
            let end = bytes[from..].iter().position(|(_, byte)| *byte == b'\n');
            end.map_or(from, |end| from + end)
        };
        let (from, len, bit) = match one {
            Damage::Flip(at, bit) => (spool_dir(at), 0, 1 << bit),
            Damage::FlipEnd(at) => (end_behind(at), 0, 4),
            Damage::Cut(at, len) => (spool_dir(at), *len, 0),
            Damage::CutEnd(at) => (end_behind(at), 1, 0),
        };
        bytes[from].1 ^= bit;
        whole[bytes[from].0] = false;
        let end = (from + len).min(bytes.len());
        for (n, _) in bytes.drain(from..end) {
            whole[n] = false;
        }
    }
    (bytes.into_iter().map(|(_, byte)| byte).collect(), whole)
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn the_reader_invents_no_event_and_goes_on_at_the_next_whole_line(text in bytes()) {
        let mut before = 0;
        for (end, record) in Lines::new(&text) {
            prop_assert!(end > before && end <= text.len());
            if let Record::Whole(_) = record {
                let line = &text[before..end - 1];
                prop_assert_eq!(text[end - 1], b'\n');
                let sum = format!("1 {:08x} ", crc32c::crc32c(&line[11..]));
                prop_assert!(line[..11].eq_ignore_ascii_case(sum.as_bytes()));
            }
            before = end;
        }
        let whole_lines = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        prop_assert_eq!(before, whole_lines);
    }

    #[test]
    fn a_whole_line_comes_out_whatever_stands_before_it(before in bytes(), n in 0..9_usize) {
        let line = record(n);
        let text = [before, line.clone()].concat();
        let last = Lines::new(&text).last();
        let Some((end, Record::Whole(event))) = last else {
            return Err(TestCaseError::fail("the last line did not come out"));
        };
        prop_assert_eq!(end, text.len());
        let Record::Whole(expected) = decode(&line[..line.len() - 1]) else { panic!() };
        prop_assert_eq!(event.id, expected.id);
    }
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn every_undamaged_record_of_a_damaged_segment_comes_out_in_order_and_once(
        count in 0..12_usize,
        damage in damage(),
        batch in 1..20_usize,
        bytes in 1..3_000_u64,
    ) {
        let records: Vec<_> = (0..count).map(record).collect();
        let (text, whole) = damaged(&records, &damage);
        let spool = Spool::new();
        let name = SegmentName::fresh(Lane::Revenue);
        fs::write(spool.dir.file("seg").join(name.as_str()), &text).unwrap();
        let mut ledger = spool.ledger();
        let (mut events, mut others, mut end) = (Vec::new(), 0, 0);
        loop {
            let entries = ledger.next(batch, bytes);
            if entries.is_empty() {
                break;
            }
            prop_assert!(entries.len() <= batch);
            for entry in &entries {
                prop_assert!(entry.end > end);
                end = entry.end;
                match &entry.content {
                    Content::Event(event) => {
                        let n: usize = event.id.split('-').next().unwrap().parse().unwrap();
                        events.push(n);
                    }
                    Content::Damaged | Content::Torn => others += 1,
                }
            }
            settle(&mut ledger, &entries);
        }
        // All that is there is accounted for.
        prop_assert_eq!(end, text.len() as u64);
        prop_assert!(events.is_sorted_by(|a, b| a < b), "{:?}", events);
        for n in (0..count).filter(|n| whole[*n]) {
            prop_assert!(events.contains(&n), "{} of {:?}", n, events);
        }
        let there: usize = records.iter().map(Vec::len).sum();
        if text.len() == there && events.len() < count {
            prop_assert!(others > 0);
        }
        prop_assert_eq!(ledger.work(), None);
        ledger.sweep(true, unix_now());
        prop_assert!(spool.segments().is_empty());
    }

    #[test]
    fn notes_of_any_bytes_are_read_without_a_fall(text in vec(any::<u8>(), 0..300)) {
        let spool = Spool::with(&["a", "b"]);
        let spool_dir = &spool.dir;
        let entries = next(&mut spool.ledger(), 1);
        let segment = entries[0].segment.as_str();
        let ack = format!("ack/{segment}");
        let letter = "dead/ca978112ca1bbdcafac231b39a23dc4d.json";
        for file in ["state.json", "generation", "leader.lock", "refused", &ack, letter] {
            fs::write(spool_dir.file(file), &text).unwrap();
        }
        let _ = (State::read(spool_dir), LeaderNote::read(spool_dir), Refused::read(spool_dir));
        let letters = DeadLetters::new(spool_dir);
        let _ = (letters.list(9), letters.record("a"), letters.count());
        // What is damaged silences nobody, and loses nothing.
        prop_assert_eq!(Generation::raise(spool_dir, 3).unwrap(), 3);
        prop_assert_eq!(all(&spool), ["a", "b"]);
        fs::write(spool_dir.file("spool.json"), &text).unwrap();
        prop_assert!(crate::spool::open(&spool.disk, spool.root.path()).is_err());
    }

    #[test]
    fn names_of_any_kind_in_the_directories_harm_nobody(
        names in vec("[-.a-z0-9]{1,40}", 0..8),
    ) {
        let spool = Spool::with(&["a"]);
        for part in ["seg", "ack", "settled", "dead", "withdrawn"] {
            for name in names.iter().filter(|name| !name.starts_with('.')) {
                fs::write(spool.dir.file(part).join(name), "x").unwrap();
            }
        }
        let mut ledger = spool.ledger();
        ledger.tidy(unix_now());
        let _ = ledger.waiting(&Withdrawn::read(&spool.dir)).unwrap();
        prune(&spool.dir, unix_now());
        let _ = IdSet::delivered(&spool.dir);
        let _ = verdicts(&spool.dir);
        let waiting = all(&spool);
        prop_assert!(waiting.iter().any(|id| id == "a"));
    }

    #[test]
    fn a_damaged_verdict_costs_itself_alone(
        before in vec(any::<u8>(), 0..200),
        after in vec(any::<u8>(), 0..200),
        cursor in "[-.0-9a-f]{0,40}",
    ) {
        let spool = Spool::new();
        let now = unix_now();
        let path = spool.dir.file("settled").join(format!("r-{}.log", now / 86_400));
        let of = |id: &str| Settled {
            event_id: id.into(),
            event_name: "checkout".into(),
            verdict: Verdict::Delivered,
            at: now,
            message: None,
        };
        fs::write(&path, &before).unwrap();
        VerdictLog::new(&spool.dir).append(&[of("a")], 0, now).unwrap();
        let mut text = fs::read(&path).unwrap();
        text.extend_from_slice(&after);
        fs::write(&path, text).unwrap();
        VerdictLog::new(&spool.dir).append(&[of("b")], 0, now).unwrap();

        let told = verdicts(&spool.dir);
        let told: Vec<_> = told.iter().map(|(id, _)| &**id).collect();
        prop_assert_eq!(told, ["a", "b"]);
        let delivered = IdSet::delivered(&spool.dir);
        prop_assert!(["a", "b"].iter().all(|id| delivered.contains(&pinrelay::spool::fingerprint(id))));
        // Pages of one, from anywhere, come to an end.
        let log = Verdicts::new(&spool.dir);
        let (mut cursor, mut pages) = (cursor, 0);
        loop {
            let (next, page) = log.after(&cursor, 1).unwrap();
            if page.is_empty() {
                break;
            }
            pages += 1;
            prop_assert!(pages <= 2);
            cursor = next;
        }
    }
}

#[test]
fn no_record_is_found_inside_another() {
    // An event that tries to look like one, in every text it can bring along.
    let spool = Spool::new();
    let inner = record(3);
    let inner = String::from_utf8(inner).unwrap();
    let id = format!("x {} y", inner.trim());
    let event = serde_json::json!({ "event_id": id, "name": inner }).to_string();
    let outer = pinrelay::spool::encode(&pinrelay::spool::Envelope {
        id: id.as_str().into(),
        name: "checkout".into(),
        time: 1,
        at: 1,
        late_ok: false,
        event: event.into(),
    });
    let mut outer = outer.unwrap();
    let mut writer = spool.writer(Lane::Revenue);
    writer.append(&outer, &LIMITS).unwrap();
    assert_eq!(ids(&next(&mut spool.ledger(), 9)), [id.as_str()]);
    // And not when the outer one is damaged, either.
    outer[5] ^= 1;
    assert!(Lines::new(&outer).all(|(_, record)| matches!(record, Record::Damaged)));
}
