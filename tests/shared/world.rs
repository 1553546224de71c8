//! A world for the sender in which hours pass at once: its clock jumps whenever
//! somebody waits, and what is planned for the time in between happens at its
//! time. The spool is a real one, on disk.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use pinrelay::delivery::{
    self, Answer, CallFailed, CallId, Callers, Client, Inline, Late, Reply, Request, Secret,
    Settings, Tally, Time, Transport, Until,
};
use pinrelay::process::Waker;
use pinrelay::spool::{
    Durability, Envelope, Lane, Leader, Ledger, Limits, Recent, SpoolDir, State, Verdict, Verdicts,
    Withdrawn, Writer, beginning, encode, unix_now,
};
use serde_json::{Value, json};

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3_600);

type Deed = Box<dyn FnOnce(&World)>;

pub struct World {
    _dir: tempfile::TempDir,
    pub spool: SpoolDir,
    pub waker: Waker,
    writers: [RefCell<Writer>; 2],
    origin: Instant,
    start: i64,
    passed: Cell<Duration>,
    /// By how much the clock on the wall is wrong.
    pub skew: Cell<i64>,
    /// When the machine was started, before the world began.
    pub booted: Cell<i64>,
    plan: RefCell<BTreeMap<(Duration, usize), Deed>>,
    planned: Cell<usize>,
    /// Of every event that was captured: when.
    pub captured: RefCell<HashMap<String, Duration>>,
}

impl World {
    pub fn new() -> Self {
        Self::with_test_mode(false)
    }

    pub fn with_test_mode(test: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let spool = SpoolDir::open(&dir.path().join("root"), "site", "1", test).unwrap();
        Self {
            _dir: dir,
            writers: Lane::ALL.map(|lane| RefCell::new(Writer::new(spool.clone(), lane))),
            spool,
            waker: Waker::new().unwrap(),
            origin: Instant::now(),
            start: unix_now(),
            passed: Cell::default(),
            skew: Cell::default(),
            booted: Cell::new(-40_000),
            plan: RefCell::default(),
            planned: Cell::default(),
            captured: RefCell::default(),
        }
    }

    /// How much time went by.
    pub fn passed(&self) -> Duration {
        self.passed.get()
    }

    /// What is to happen at a time, or at once if that is over.
    pub fn at(&self, when: Duration, deed: impl FnOnce(&World) + 'static) -> (Duration, usize) {
        let key = (when, self.planned.replace(self.planned.get() + 1));
        self.plan.borrow_mut().insert(key, Box::new(deed));
        key
    }

    /// When the next thing is to happen.
    pub fn next_deed(&self) -> Option<Duration> {
        Some(self.plan.borrow().first_key_value()?.0.0)
    }

    /// Lets time pass; true when it was cut short by a ring.
    pub fn pass(&self, span: Duration, waker: Option<&Waker>) -> bool {
        let end = self.passed() + span;
        loop {
            if waker.is_some_and(|waker| waker.wait(Duration::ZERO)) {
                return true;
            }
            let due = self.next_deed().filter(|when| *when <= end);
            let Some(when) = due else {
                self.passed.set(end);
                return false;
            };
            self.passed.set(when.max(self.passed()));
            let (_, deed) = self.plan.borrow_mut().pop_first().unwrap();
            deed(self);
        }
    }

    /// Puts an event of now into its lane, as a process of the shop does.
    pub fn capture(&self, lane: Lane, id: &str) {
        self.capture_with(lane, id, self.unix(), false);
    }

    pub fn capture_with(&self, lane: Lane, id: &str, time: i64, late_ok: bool) {
        let name = match lane {
            Lane::Revenue => "checkout",
            Lane::Visit => "page_visit",
        };
        let event = json!({"event_name": name, "event_id": id}).to_string();
        let line = encode(&Envelope {
            id: id.into(),
            name: name.into(),
            time,
            at: self.unix(),
            late_ok,
            event: event.into(),
        });
        let limits = Limits {
            max_bytes: 1 << 30,
            durability: Durability::Off,
        };
        let mut writer = self.writers[lane as usize].borrow_mut();
        writer.append(&line.unwrap(), &limits).unwrap();
        let mut captured = self.captured.borrow_mut();
        captured.entry(id.to_owned()).or_insert(self.passed());
        self.waker.wake();
    }

    /// Takes an event back, wherever it stands in line.
    pub fn withdraw(&self, id: &str) {
        let mut found = Vec::new();
        let mut ledger = Ledger::new(&self.spool);
        ledger
            .scan(
                |_, json| json.starts_with(beginning(id).as_bytes()),
                |segment, end, event| {
                    if event.is_some_and(|event| event.id == id) {
                        found.push((segment.clone(), end));
                    }
                },
            )
            .unwrap();
        for (segment, end) in found {
            Withdrawn::read(&self.spool).mark(&segment, end).unwrap();
        }
    }

    pub fn state(&self) -> State {
        State::read(&self.spool)
    }

    pub fn waiting(&self) -> u64 {
        let mut ledger = Ledger::new(&self.spool);
        ledger
            .waiting(&Withdrawn::read(&self.spool))
            .unwrap()
            .total()
    }

    /// Every verdict on each order, and on each of the newest visits.
    pub fn verdicts(&self) -> HashMap<String, Vec<Verdict>> {
        let mut all: HashMap<String, Vec<Verdict>> = HashMap::new();
        let (_, orders) = Verdicts::new(&self.spool).after("", usize::MAX).unwrap();
        let recent = Recent::read(&self.spool);
        let visits = recent.newest().filter(|one| one.lane == Lane::Visit);
        for one in orders
            .into_iter()
            .chain(visits.map(|one| one.settled.clone()))
        {
            all.entry(one.event_id).or_default().push(one.verdict);
        }
        all
    }

    /// The events of a verdict.
    pub fn of(&self, verdict: Verdict) -> Vec<String> {
        let mut ids: Vec<String> = self
            .verdicts()
            .into_iter()
            .filter(|(_, verdicts)| verdicts.contains(&verdict))
            .map(|(id, _)| id)
            .collect();
        ids.sort();
        ids
    }

    /// A sender's thread that stays until nothing waits, or until its process
    /// goes after so long. It makes one call at a time.
    pub fn lead(&self, settings: &Settings, api: &mut Api<'_>, stay: Option<Duration>) -> Tally {
        self.lead_by(settings, &mut Inline::new(api), stay)
    }

    /// The same by these callers.
    pub fn lead_by(
        &self,
        settings: &Settings,
        callers: &mut dyn Callers,
        stay: Option<Duration>,
    ) -> Tally {
        let end = stay.map(|stay| {
            self.at(self.passed() + stay, |world| {
                Leader::want(&world.spool).unwrap();
                world.waker.wake();
            })
        });
        let until = Until {
            deadline: None,
            idle: Duration::from_secs(2),
            linger: true,
        };
        let tally = delivery::drain_by(&self.spool, settings, callers, &self.waker, &until, self);
        Leader::unwant(&self.spool);
        if let Some(end) = end {
            self.plan.borrow_mut().remove(&end);
        }
        tally.unwrap()
    }
}

impl Time for World {
    fn unix(&self) -> i64 {
        self.start + self.skew.get() + self.passed().as_secs().cast_signed()
    }

    fn since_boot(&self) -> i64 {
        self.passed().as_secs().cast_signed() - self.booted.get()
    }

    fn boot_id(&self) -> String {
        self.booted.get().to_string()
    }

    fn now(&self) -> Instant {
        self.origin + self.passed()
    }

    fn wait(&self, waker: &Waker, at_most: Duration) -> bool {
        // Nobody waits for nothing, or a loop without progress would not be seen.
        self.pass(at_most.max(Duration::from_micros(1)), Some(waker))
    }
}

pub fn settings(late: Late) -> Settings {
    Settings {
        endpoint: String::new(),
        token: Secret::new("pina_one".into()),
        test: false,
        generation: 0,
        late,
        transport: Transport::default(),
    }
}

/// What the API was asked.
#[derive(Clone, Debug)]
pub struct Call {
    pub at: Duration,
    pub ids: Vec<String>,
    pub test: bool,
}

type Answering<'w> = Box<dyn FnMut(&Call) -> Result<Answer, CallFailed> + 'w>;

/// Pinterest, and the way to it.
pub struct Api<'w> {
    world: &'w World,
    /// How long a call takes.
    pub takes: Duration,
    answer: Answering<'w>,
    pub calls: Vec<Call>,
}

impl<'w> Api<'w> {
    pub fn new(
        world: &'w World,
        answer: impl FnMut(&Call) -> Result<Answer, CallFailed> + 'w,
    ) -> Self {
        Self {
            world,
            takes: Duration::from_millis(150),
            answer: Box::new(answer),
            calls: Vec::new(),
        }
    }

    /// The ids of all events of calls that were no tests, in order.
    pub fn ids(&self) -> Vec<String> {
        let real = self.calls.iter().filter(|call| !call.test);
        real.flat_map(|call| call.ids.clone()).collect()
    }

    pub fn now(&mut self, answer: impl FnMut(&Call) -> Result<Answer, CallFailed> + 'w) {
        self.answer = Box::new(answer);
    }
}

impl Api<'_> {
    fn note(&mut self, body: &[u8], test: bool) -> Call {
        let body: Value = serde_json::from_slice(body).unwrap();
        let events = body["data"].as_array().unwrap();
        let id = |event: &Value| event["event_id"].as_str().unwrap().to_owned();
        let call = Call {
            at: self.world.passed(),
            ids: events.iter().map(id).collect(),
            test,
        };
        self.calls.push(call.clone());
        call
    }
}

impl Client for Api<'_> {
    fn post(&mut self, body: &[u8], test: bool, limit: Duration) -> Result<Answer, CallFailed> {
        let call = self.note(body, test);
        self.world.pass(self.takes.min(limit), None);
        (self.answer)(&call)
    }
}

/// Callers of this API that wait for their answers at the same time.
pub struct Several<'a, 'w> {
    pub api: &'a mut Api<'w>,
    most: usize,
    calls: CallId,
    /// How long a call takes.
    takes: Box<dyn FnMut(&Call) -> Duration + 'a>,
    /// What is in flight, by when it is answered.
    in_flight: BTreeMap<(Duration, CallId), Call>,
    /// The most that were in flight at the same time, with an order and without.
    pub peak: [usize; 2],
}

impl<'a, 'w> Several<'a, 'w> {
    pub fn new(
        api: &'a mut Api<'w>,
        most: usize,
        takes: impl FnMut(&Call) -> Duration + 'a,
    ) -> Self {
        Self {
            api,
            most,
            calls: 0,
            takes: Box::new(takes),
            in_flight: BTreeMap::new(),
            peak: [0; 2],
        }
    }
}

impl Callers for Several<'_, '_> {
    fn most(&self) -> usize {
        self.most
    }

    fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    fn send(&mut self, request: Request) -> CallId {
        assert!(
            self.in_flight.len() < self.most,
            "one caller makes one call"
        );
        let call = self.api.note(&request.body, request.test);
        let takes = (self.takes)(&call).min(request.limit);
        let due = self.api.world.passed() + takes;
        self.api.world.at(due, |world| world.waker.wake());
        self.calls += 1;
        self.in_flight.insert((due, self.calls), call);
        let is_order = |call: &&Call| call.ids.iter().any(|id| id.starts_with('o'));
        let orders = self.in_flight.values().filter(is_order).count();
        let visits = self.in_flight.len() - orders;
        self.peak = [self.peak[0].max(orders), self.peak[1].max(visits)];
        self.calls
    }

    fn reply(&mut self) -> Option<Reply> {
        let first = self.in_flight.first_entry()?;
        let (due, id) = *first.key();
        if due > self.api.world.passed() {
            return None;
        }
        let call = first.remove();
        Some(Reply {
            id,
            call: Some((self.api.answer)(&call)),
        })
    }
}

/// Takes everything.
pub fn good(call: &Call) -> Result<Answer, CallFailed> {
    partly(call, |_| true)
}

/// A word on each event.
pub fn partly(call: &Call, is_good: impl Fn(&str) -> bool) -> Result<Answer, CallFailed> {
    let words: Vec<Value> = call
        .ids
        .iter()
        .map(|id| match is_good(id) {
            true => json!({"status": "processed"}),
            false => json!({"status": "failed", "error_message": format!("bad {id}")}),
        })
        .collect();
    let processed = call.ids.iter().filter(|id| is_good(id)).count();
    answer(
        200,
        json!({
            "num_events_received": call.ids.len(),
            "num_events_processed": processed,
            "events": words,
        }),
    )
}

/// Refuses a call in which there is any of these, as Pinterest does with a key
/// that it does not know.
pub fn all_or_nothing(call: &Call, is_bad: impl Fn(&str) -> bool) -> Result<Answer, CallFailed> {
    match call.ids.iter().any(|id| is_bad(id)) {
        true => error(400, "Additional properties are not allowed"),
        false => good(call),
    }
}

pub fn error(status: u16, message: &str) -> Result<Answer, CallFailed> {
    answer(status, json!({"code": 1, "message": message}))
}

pub fn answer(status: u16, body: Value) -> Result<Answer, CallFailed> {
    Ok(Answer {
        status,
        body: body.to_string().into_bytes(),
        ..Answer::default()
    })
}
