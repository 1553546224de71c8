//! When to look, when to wait and when to leave.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::process::{self, Waker};
use crate::spool::{Lane, LastError, Leader, Place, Reason, SpoolError, State, generation, random};

use super::books::{Books, Settlement};
use super::retention;
use super::round::{Memory, Round};
use super::{Client, Settings, Time, backoff};

/// How often a leader looks for records of other processes.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often a leader that may not send looks at its settings, and how often
/// at what can be settled without a call, for which it reads the line.
const LOOK_HELD: Duration = Duration::from_secs(1);
const SETTLE_HELD: Duration = Duration::from_secs(60);
/// How often a leader tries to clear away what had its time, where it could not
/// do all of that: for want of time, or of a clock to be believed.
const CLEAN_EVERY: Duration = Duration::from_secs(60);
/// How long the first waiting event of a lane waits for company.
const LINGER_REVENUE: Duration = Duration::from_millis(50);
const LINGER_VISIT: Duration = Duration::from_secs(1);
/// More than this waiting is company enough.
const ENOUGH_BYTES: u64 = 500_000;

/// How long to stay.
#[derive(Clone, Copy, Debug)]
pub struct Until {
    /// Leave then, whatever waits.
    pub deadline: Option<Instant>,
    /// Leave when nothing has waited for this long.
    pub idle: Duration,
    /// Wait a moment for more events before a call.
    pub linger: bool,
}

/// What a stay came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// False when another process or thread leads.
    pub led: bool,
    /// Whether it left for another reason than that nothing waited.
    pub told: bool,
    /// Events that Pinterest took.
    pub delivered: u64,
    /// Events that it refused.
    pub rejected: u64,
}

/// Delivers from a spool until there is no more to do or no more time, unless
/// somebody else does.
///
/// # Errors
/// What the file system says.
pub fn drain(
    place: &Place,
    settings: &Settings,
    client: &mut dyn Client,
    waker: &Waker,
    until: &Until,
    time: &dyn Time,
) -> Result<Tally, SpoolError> {
    let mut tally = Tally::default();
    loop {
        let Some(leader) = Leader::try_lead(place)? else {
            return Ok(tally);
        };
        tally.led = true;
        let stay = || {
            let mut stay = Stay {
                books: Books::open(&leader, settings.generation, time)?,
                leader: &leader,
                place,
                settings,
                client: &mut *client,
                memory: Memory::new(settings),
                waker,
                until,
                time,
                cleaned: None,
            };
            stay.books.keep_within(settings.max_bytes);
            let left = stay.run(&mut tally);
            // Settled lines hold addresses: none stay behind.
            if leader.leads() {
                stay.books.ledger.sweep(true, time.unix());
                stay.books.tell_held();
            }
            Ok((stay.books, left?))
        };
        let (mut books, left) = catch_unwind(AssertUnwindSafe(stay))
            .unwrap_or_else(|_| Err(panicked(&leader, settings, time)))?;
        drop(leader);
        // Whoever captured in the meantime found the lock taken and trusted us.
        tally.told = left != Left::Idle || process::is_stopping();
        if tally.told {
            return Ok(tally);
        }
        books.refresh()?;
        if books.ledger.work().is_none() {
            return Ok(tally);
        }
    }
}

/// Counts a panic, and makes the next leader wait, here or in any other process:
/// whatever brought it about may still be in line. Only by the lock's holder.
fn panicked(leader: &Leader, settings: &Settings, time: &dyn Time) -> SpoolError {
    let place = leader.place();
    // Its own words may hold what a visitor typed.
    let message = "the sender panicked";
    let mut state = State::read(place).for_generation(settings.generation);
    state.panics += 1;
    state.failures = state.failures.saturating_add(1);
    let wait = backoff::wait(state.failures, true, random()).as_secs() + 1;
    state.retry_at = Some(time.unix().saturating_add_unsigned(wait));
    state.last_error = Some(LastError {
        at: time.unix(),
        message: message.to_owned(),
        http_status: None,
    });
    if !leader.leads() {
        return place.moved();
    }
    if let Err(error) = state.write(place) {
        log::warn!(target: place.log_target(), "cannot write state.json: {error}");
    }
    SpoolError::new(Reason::Io, message)
}

/// Why a leader left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Left {
    /// Nothing waited.
    Idle,
    /// Out of time, or told to.
    Told,
}

struct Stay<'a> {
    books: Books,
    leader: &'a Leader,
    place: &'a Place,
    settings: &'a Settings,
    client: &'a mut dyn Client,
    memory: Memory,
    waker: &'a Waker,
    until: &'a Until,
    time: &'a dyn Time,
    /// When it last cleared away what had its time.
    cleaned: Option<Instant>,
}

impl Stay<'_> {
    fn run(&mut self, tally: &mut Tally) -> Result<Left, SpoolError> {
        self.take_over_wait();
        let mut quiet_since = self.time.now();
        let mut work_since: Option<Instant> = None;
        let mut settled_at: Option<Instant> = None;
        let mut looked_at = quiet_since;
        let mut barren = 0;
        // A process that is stopping still makes one call, if it comes back in
        // time: where workers live for one request, no other would ever do.
        let mut last_call = false;
        loop {
            if last_call || self.must_leave() {
                return Ok(Left::Told);
            }
            last_call = process::is_stopping();
            self.leader.heartbeat();
            self.clean();
            // A look costs a system call for each segment. While known lines
            // wait there is no need of one between any two calls.
            if self.books.ledger.work().is_none() || self.since(looked_at) >= LOOK_EVERY {
                self.books.refresh()?;
                looked_at = self.time.now();
            } else {
                self.books.see_withdrawn();
            }
            let Some(lane) = self.books.ledger.work() else {
                work_since = None;
                self.books.ledger.sweep(false, self.time.unix());
                if last_call || self.since(quiet_since) >= self.until.idle {
                    return Ok(Left::Idle);
                }
                self.time.wait(self.waker, LOOK_EVERY);
                continue;
            };
            quiet_since = self.time.now();
            if let Some(wait) = self.held() {
                if settled_at.is_none_or(|when| self.since(when) >= SETTLE_HELD) {
                    settled_at = Some(self.time.now());
                    let settled = self.round(|round| round.settle_only())?;
                    count(tally, settled);
                }
                // Its wait is written down: another destination can use the seat.
                if last_call || self.out_of_time_after(wait) || process::is_full() {
                    return Ok(Left::Told);
                }
                self.rest(wait.min(LOOK_HELD));
                continue;
            }
            let since = *work_since.get_or_insert(quiet_since);
            if let Some(wait) = self.linger(lane, since).filter(|_| !last_call) {
                self.time.wait(self.waker, wait);
                continue;
            }
            work_since = None;
            let settled = self.round(|round| round.send())?;
            count(tally, settled);
            self.books.ledger.sweep(false, self.time.unix());
            if settled.lines == 0 && self.held().is_none() {
                // Half a line whose writer is still at it, or the clock is to
                // be watched first.
                self.time
                    .wait(self.waker, LOOK_EVERY * (1 << barren.min(4)));
                barren += 1;
            } else {
                barren = 0;
            }
        }
    }

    /// What cannot be cleared away keeps nothing from being sent. Nor is anything
    /// sent twice by it: no line is settled in memory that is not on disk.
    fn clean(&mut self) {
        let is_due = retention::is_due(&self.books.state, self.time.unix());
        if is_due
            && self
                .cleaned
                .is_none_or(|when| self.since(when) >= CLEAN_EVERY)
        {
            self.cleaned = Some(self.time.now());
            if let Err(error) = self.books.clean_now(self.time) {
                log::warn!(target: self.place.log_target(), "cannot clear it: {error}");
            }
            self.books.save();
        }
    }

    fn must_leave(&self) -> bool {
        let (until, time) = (self.until, self.time);
        must_leave(self.place, self.leader, self.settings, until, time)
    }

    /// Waits while nothing may be sent. A ring, one for each capture, is company
    /// that may not be sent either.
    fn rest(&self, wait: Duration) {
        let end = self.time.now() + wait;
        let left = || end.saturating_duration_since(self.time.now());
        while self.time.wait(self.waker, left()) {
            if process::is_stopping() || self.must_leave() {
                break;
            }
        }
    }

    /// A wait that an earlier leader was told, as far as the clock can be
    /// trusted: one that was set back must not silence the shop for days. Where
    /// it was set forward the wait is over, which costs one early call.
    fn take_over_wait(&mut self) {
        if let Some(at) = self.books.state.retry_at {
            let seconds = at.saturating_sub(self.time.unix()).max(0);
            let wait = Duration::from_secs(seconds.cast_unsigned()).min(backoff::LONGEST);
            self.memory.not_before = Some(self.time.now() + wait);
        }
    }

    fn round(
        &mut self,
        what: impl FnOnce(&mut Round<'_>) -> Result<Settlement, SpoolError>,
    ) -> Result<Settlement, SpoolError> {
        let (place, leader) = (self.place, self.leader);
        let (settings, until, time) = (self.settings, self.until, self.time);
        let limit = settings.transport.timeout;
        let left = until
            .deadline
            .map(|deadline| deadline.saturating_duration_since(time.now()));
        let result = what(&mut Round {
            books: &mut self.books,
            client: &mut *self.client,
            settings,
            memory: &mut self.memory,
            time,
            waker: self.waker,
            may_call: &|| leads(place, leader, settings),
            go_on: &|| !process::is_stopping() && !must_leave(place, leader, settings, until, time),
            // A call that is begun at the last moment still gets a second.
            limit: left.map_or(limit, |left| limit.min(left.max(Duration::from_secs(1)))),
        });
        self.books.save();
        result
    }

    fn since(&self, when: Instant) -> Duration {
        self.time.now().saturating_duration_since(when)
    }

    /// How long nothing may be sent.
    fn held(&self) -> Option<Duration> {
        let not_before = self.memory.not_before?;
        let wait = not_before.saturating_duration_since(self.time.now());
        (!wait.is_zero()).then_some(wait)
    }

    fn out_of_time_after(&self, wait: Duration) -> bool {
        self.until
            .deadline
            .is_some_and(|deadline| self.time.now() + wait >= deadline)
    }

    /// How much longer to wait for company, if at all.
    fn linger(&self, lane: Lane, since: Instant) -> Option<Duration> {
        let most = match lane {
            Lane::Revenue => LINGER_REVENUE,
            Lane::Visit => LINGER_VISIT,
        };
        let left = most.saturating_sub(self.since(since));
        let alone = self.books.ledger.unsettled_bytes() < ENOUGH_BYTES;
        (self.until.linger && alone && !left.is_zero()).then(|| left.min(LOOK_EVERY))
    }
}

/// Whether this is still the leader, and by the newest settings there are.
fn leads(place: &Place, leader: &Leader, settings: &Settings) -> bool {
    leader.leads() && generation::read(place) <= settings.generation
}

fn must_leave(
    place: &Place,
    leader: &Leader,
    settings: &Settings,
    until: &Until,
    time: &dyn Time,
) -> bool {
    until
        .deadline
        .is_some_and(|deadline| time.now() >= deadline)
        || Leader::is_wanted(place)
        || !leads(place, leader, settings)
}

fn count(tally: &mut Tally, settled: Settlement) {
    tally.delivered += settled.delivered;
    tally.rejected += settled.rejected;
}
