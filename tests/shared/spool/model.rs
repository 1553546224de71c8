//! A spool as it should be: a list of what was captured, and what became of it.
//! Beside it the real one, with real writers and a real leader on a disk that
//! may fail, and a clock that the test turns.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use pinrelay::delivery::{Late, Secret, Settings, Time, Transport, Until, drain, purge};
use pinrelay::process::Waker;
use pinrelay::spool::{
    Durability, Envelope, Lane, Leader, Ledger, Limits, SegmentName, SpoolDir, Verdict, Verdicts,
    Withdrawn, Writer, encode, unix_now,
};
use serde_json::{Value, json};

use super::model_world::{Pinterest, Turned};
use super::{LIMITS, Spool, files, open};

pub const WRITERS: usize = 3;
const DAY: i64 = 86_400;
/// A visit that is older is not sent.
const STALE_AFTER: i64 = 3_600;

/// One capture.
struct Captured {
    id: String,
    /// Where it stands, if its caller was told that it is safe.
    at: Option<(SegmentName, u64)>,
    time: i64,
    withdrawn: bool,
}

impl Captured {
    fn is_order(&self) -> bool {
        self.id.starts_with('r')
    }
}

pub struct Model {
    pub spool: Spool,
    /// The same spool, looked at past the disk that fails.
    sound: SpoolDir,
    writers: Vec<[Writer; 2]>,
    pinterest: Pinterest,
    time: Turned,
    captured: Vec<Captured>,
    told: HashMap<String, Vec<(Verdict, i64)>>,
    cursor: String,
    /// Whether anything went wrong that may have a verdict told twice.
    pub calm: bool,
}

impl Model {
    pub fn new() -> Self {
        let spool = Spool::new();
        let sound = open(&std::sync::Arc::default(), spool.root.path()).unwrap();
        let writers = (0..WRITERS)
            .map(|_| Lane::ALL.map(|lane| spool.writer(lane)))
            .collect();
        Self {
            sound,
            writers,
            spool,
            pinterest: Pinterest::default(),
            time: Turned::new(),
            captured: Vec::new(),
            told: HashMap::new(),
            cursor: String::new(),
            calm: true,
        }
    }

    fn append(&mut self, writer: usize, lane: Lane, id: &str) -> bool {
        let seq = self.captured.len();
        let event = json!({"event_id": id, "seq": seq}).to_string();
        let line = encode(&Envelope {
            id: id.into(),
            name: "checkout".into(),
            time: self.time.unix(),
            at: self.time.unix(),
            late_ok: false,
            event: event.into(),
        });
        self.captured.push(Captured {
            id: id.to_owned(),
            at: None,
            time: self.time.unix(),
            withdrawn: false,
        });
        let limits = Limits {
            durability: Durability::Checkout,
            ..LIMITS
        };
        let writer = &mut self.writers[writer][lane as usize];
        writer.append(&line.unwrap(), &limits).is_ok()
    }

    /// A capture; where its caller is told that it is safe, it is there.
    pub fn capture(&mut self, writer: usize, lane: Lane, id: &str) {
        if self.append(writer, lane, id) {
            let seq = self.captured.len() - 1;
            let at = self.waiting().remove(&seq);
            assert!(at.is_some(), "{id} was acknowledged and is not there");
            self.captured[seq].at = at;
        }
    }

    /// The same by a process that is killed at one of its steps.
    pub fn capture_and_die(&mut self, writer: usize, lane: Lane, id: &str, step: usize) {
        let disk = std::sync::Arc::clone(&self.spool.disk);
        // Killed after its last step it had acknowledged nothing, either.
        let _ = disk.kill_at(step, || self.append(writer, lane, id));
        self.replace(writer);
    }

    /// A process ends, and another takes its place.
    pub fn replace(&mut self, writer: usize) {
        self.writers[writer] = Lane::ALL.map(|lane| self.spool.writer(lane));
    }

    /// A leader for whom Pinterest answers so many calls.
    pub fn lead(&mut self, calls: usize) {
        let delivered = self.delivered_this_week();
        let before = self.times_sent();
        self.try_lead(calls);
        self.listen();
        let after = self.times_sent();
        for id in delivered {
            assert_eq!(before.get(&id), after.get(&id), "{id} was sent again");
        }
    }

    /// The same, killed at one of its steps.
    pub fn lead_and_die(&mut self, calls: usize, step: usize) {
        self.calm = false;
        let disk = std::sync::Arc::clone(&self.spool.disk);
        let _ = disk.kill_at(step, || self.try_lead(calls));
        self.listen();
    }

    fn try_lead(&mut self, calls: usize) {
        let settings = Settings {
            endpoint: String::new(),
            token: Secret::new(String::new()),
            // Calls of twenty, so that there are more of them.
            test: true,
            generation: 0,
            late: Late::Send,
            transport: Transport::default(),
        };
        let until = Until {
            deadline: Some(self.time.now() + Duration::from_secs(3)),
            idle: Duration::ZERO,
            linger: false,
        };
        let waker = Waker::new().unwrap();
        let (spool_dir, pinterest) = (&self.spool.dir, &mut self.pinterest);
        pinterest.calls_left = calls;
        let _ = drain(spool_dir, &settings, pinterest, &waker, &until, &self.time);
    }

    /// From now on Pinterest does not take this event.
    pub fn refuse(&mut self, id: &str) {
        self.pinterest.refuses.insert(id.to_owned());
    }

    /// Takes an event back, wherever it waits.
    pub fn withdraw(&mut self, id: &str) {
        let mut markers = Withdrawn::read(&self.spool.dir);
        let waiting = self.waiting();
        for (seq, captured) in self.captured.iter_mut().enumerate() {
            if captured.id == id
                && let Some((segment, end)) = waiting.get(&seq)
                && markers.mark(segment, *end).is_ok()
            {
                captured.withdrawn = !self.pinterest.sent.contains(&seq);
            }
        }
        // The marker is as old as our clock says.
        let seconds = self.time.unix().cast_unsigned();
        let now = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
        for marker in files(&self.spool.dir.file("withdrawn")) {
            let file = std::fs::File::open(marker).unwrap();
            file.set_modified(now).unwrap();
        }
    }

    /// Everything that waits is given up.
    pub fn purge(&mut self) {
        let Ok(Some(leader)) = Leader::try_lead(&self.spool.dir) else {
            return;
        };
        let before = self.waiting();
        let done = purge(&leader, &self.time);
        drop(leader);
        self.listen();
        let after = self.waiting();
        if self.calm {
            assert_eq!((done.is_ok(), after.len()), (true, 0));
        }
        // What cannot be read is discarded without a word on each, and visits are.
        for seq in before.keys().filter(|seq| !after.contains_key(seq)) {
            let captured = &mut self.captured[*seq];
            let is_told = self.calm && captured.is_order();
            captured.at = captured.at.take().filter(|_| is_told);
        }
    }

    pub fn pass(&mut self, seconds: i64) {
        self.time.turn(seconds);
    }

    /// What stands unsettled in the spool, by the number of its capture.
    fn waiting(&self) -> HashMap<usize, (SegmentName, u64)> {
        let mut waiting = HashMap::new();
        let read_all = |_: &SegmentName, _: &[u8]| true;
        let unread = Ledger::new(&self.sound).scan(read_all, |segment, end, record| {
            let event: Value = serde_json::from_str(&record.unwrap().event).unwrap();
            let seq = event["seq"].as_u64().unwrap() as usize;
            waiting.insert(seq, (segment.clone(), end));
        });
        assert_eq!(unread.unwrap(), None);
        waiting
    }

    /// Reads the verdicts behind those that were read before.
    fn listen(&mut self) {
        let (cursor, settled) = Verdicts::new(&self.sound)
            .after(&self.cursor, usize::MAX)
            .unwrap();
        self.cursor = cursor;
        for one in settled {
            let told = self.told.entry(one.event_id).or_default();
            told.push((one.verdict, one.at));
        }
    }

    fn delivered_this_week(&self) -> Vec<String> {
        let since = self.time.unix() - 7 * DAY;
        let delivered = self.told.iter().filter(|(id, told)| {
            let is_it =
                |(verdict, at): &(Verdict, i64)| *verdict == Verdict::Delivered && *at > since;
            id.starts_with('r') && told.iter().any(is_it)
        });
        delivered.map(|(id, _)| id.clone()).collect()
    }

    fn times_sent(&self) -> HashMap<String, usize> {
        let mut times = HashMap::new();
        for seq in &self.pinterest.sent {
            *times.entry(self.captured[*seq].id.clone()).or_default() += 1;
        }
        times
    }

    /// What holds at any time, whatever went wrong before.
    pub fn check(&self) {
        let mut open: HashMap<&str, usize> = HashMap::new();
        let waiting = self.waiting();
        for seq in waiting.keys() {
            *open.entry(&*self.captured[*seq].id).or_default() += 1;
        }
        let mut acknowledged: HashMap<&str, usize> = HashMap::new();
        for (seq, captured) in self.captured.iter().enumerate() {
            if captured.at.is_none() {
                continue;
            }
            if captured.is_order() {
                *acknowledged.entry(&*captured.id).or_default() += 1;
                continue;
            }
            // Of a visit there is no verdict to read.
            let is_settled = self.pinterest.sent.contains(&seq)
                || captured.withdrawn
                || self.time.unix() - captured.time > STALE_AFTER;
            let waits = waiting.contains_key(&seq);
            assert!(is_settled || waits, "{} is lost", captured.id);
        }
        for (id, captures) in acknowledged {
            let told = self.told.get(id).map_or(0, Vec::len);
            let waiting = open.get(id).copied().unwrap_or(0);
            assert!(told + waiting >= captures, "{id} is lost");
            if self.calm {
                assert_eq!(told + waiting, captures, "{id} is there twice");
            }
        }
        self.check_order();
        if self.calm {
            let mut seen = HashSet::new();
            for seq in &self.pinterest.took {
                assert!(seen.insert(seq), "the answer to {seq} was not kept");
            }
        }
    }

    /// Each segment is sent in its order, and nothing that was taken back.
    fn check_order(&self) {
        let mut seen = HashSet::new();
        let mut last: HashMap<&SegmentName, u64> = HashMap::new();
        for seq in self.pinterest.sent.iter().filter(|seq| seen.insert(**seq)) {
            let captured = &self.captured[*seq];
            assert!(!captured.withdrawn, "{} was taken back", captured.id);
            if let Some((segment, end)) = &captured.at
                && let Some(before) = last.insert(segment, *end)
            {
                assert!(before < *end, "{} overtook", captured.id);
            }
        }
    }

    /// The disk is well again, and somebody leads until nothing waits.
    pub fn finish(&mut self) {
        self.spool.disk.mend();
        self.pinterest.refuses.clear();
        for _ in 0..20 {
            // Longer than any wait, and than a clock needs to be believed.
            self.pass(1_000);
            self.lead(1_000);
            if self.waiting().is_empty() {
                break;
            }
        }
        self.check();
        assert_eq!(self.waiting().len(), 0, "something waits for ever");
        for part in ["seg", "ack"] {
            let left = files(&self.spool.dir.file(part));
            let left = left.iter().filter(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                !name.starts_with('.')
            });
            assert_eq!(left.count(), 0, "{part}");
        }
    }
}
