//! When to look, when to wait and when to leave.

use std::time::{Duration, Instant};

use crate::process::{self, Bell};
use crate::spool::{Lane, Leader, Place, SpoolError, generation};

use super::books::{Books, Settlement};
use super::round::{Memory, Round};
use super::{Client, Settings, backoff};

/// How often a leader looks for records of other processes.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often a leader that may not send looks at its settings.
const LOOK_HELD: Duration = Duration::from_secs(1);
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
    bell: &Bell,
    until: &Until,
    clock: &dyn Fn() -> i64,
) -> Result<Tally, SpoolError> {
    let mut tally = Tally::default();
    loop {
        let Some(leader) = Leader::try_lead(place)? else {
            return Ok(tally);
        };
        tally.led = true;
        let mut stay = Stay {
            books: Books::open(place, settings.generation, clock())?,
            leader,
            place,
            settings,
            client: &mut *client,
            memory: Memory::default(),
            bell,
            until,
            clock,
        };
        let left = stay.run(&mut tally);
        // Settled lines hold addresses: none stay behind.
        stay.books.ledger.sweep(true, clock());
        let Stay {
            mut books, leader, ..
        } = stay;
        drop(leader);
        // Whoever captured in the meantime found the lock taken and trusted us.
        tally.told = left? != Left::Idle || process::is_stopping();
        if tally.told {
            return Ok(tally);
        }
        books.refresh()?;
        if books.ledger.work().is_none() {
            return Ok(tally);
        }
    }
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
    leader: Leader,
    place: &'a Place,
    settings: &'a Settings,
    client: &'a mut dyn Client,
    memory: Memory,
    bell: &'a Bell,
    until: &'a Until,
    clock: &'a dyn Fn() -> i64,
}

impl Stay<'_> {
    fn run(&mut self, tally: &mut Tally) -> Result<Left, SpoolError> {
        self.take_over_wait();
        let mut quiet_since = Instant::now();
        let mut work_since: Option<Instant> = None;
        // A process that is stopping still makes one call, if it comes back in
        // time: where workers live for one request, no other would ever do.
        let mut last_call = false;
        loop {
            if last_call || must_leave(self.place, &self.leader, self.settings, self.until) {
                return Ok(Left::Told);
            }
            last_call = process::is_stopping();
            self.leader.heartbeat();
            self.books.refresh()?;
            let Some(lane) = self.books.ledger.work() else {
                work_since = None;
                self.books.ledger.sweep(false, (self.clock)());
                if last_call || quiet_since.elapsed() >= self.until.idle {
                    return Ok(Left::Idle);
                }
                self.bell.wait(LOOK_EVERY);
                continue;
            };
            quiet_since = Instant::now();
            if let Some(wait) = self.held() {
                let settled = self.round(|round| round.settle_only())?;
                count(tally, settled);
                // Its wait is written down: another destination can use the seat.
                if last_call || self.out_of_time_after(wait) || process::is_crowded() {
                    return Ok(Left::Told);
                }
                self.rest(wait.min(LOOK_HELD));
                continue;
            }
            let since = *work_since.get_or_insert_with(Instant::now);
            if let Some(wait) = self.linger(lane, since).filter(|_| !last_call) {
                self.bell.wait(wait);
                continue;
            }
            work_since = None;
            let settled = self.round(|round| round.send())?;
            count(tally, settled);
            self.books.ledger.sweep(false, (self.clock)());
            if settled.lines == 0 && self.held().is_none() {
                // Half a line, most likely, whose writer is still at it.
                self.bell.wait(LOOK_EVERY);
            }
        }
    }

    /// Waits while nothing may be sent. A ring, one for each capture, is company
    /// that may not be sent either.
    fn rest(&self, wait: Duration) {
        let end = Instant::now() + wait;
        let left = || end.saturating_duration_since(Instant::now());
        while self.bell.wait(left()) {
            if process::is_stopping()
                || must_leave(self.place, &self.leader, self.settings, self.until)
            {
                break;
            }
        }
    }

    /// A wait that an earlier leader was told, as far as the clock can be
    /// trusted: one that was set forward must not silence the shop for days.
    fn take_over_wait(&mut self) {
        if let Some(at) = self.books.state.retry_at {
            let seconds = at.saturating_sub((self.clock)()).max(0);
            let wait = Duration::from_secs(seconds.cast_unsigned()).min(backoff::LONGEST);
            self.memory.not_before = Some(Instant::now() + wait);
        }
    }

    fn round(
        &mut self,
        what: impl FnOnce(&mut Round<'_>) -> Result<Settlement, SpoolError>,
    ) -> Result<Settlement, SpoolError> {
        let (place, leader) = (self.place, &self.leader);
        let (settings, until) = (self.settings, self.until);
        let limit = settings.transport.timeout;
        let left = until
            .deadline
            .map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let before = self.books.state.clone();
        let result = what(&mut Round {
            books: &mut self.books,
            client: &mut *self.client,
            settings,
            memory: &mut self.memory,
            clock: self.clock,
            go_on: &|| !process::is_stopping() && !must_leave(place, leader, settings, until),
            // A call that is begun at the last moment still gets a second.
            limit: left.map_or(limit, |left| limit.min(left.max(Duration::from_secs(1)))),
        });
        if self.books.state != before {
            self.books.save();
        }
        result
    }

    /// How long nothing may be sent.
    fn held(&self) -> Option<Duration> {
        let wait = self
            .memory
            .not_before?
            .saturating_duration_since(Instant::now());
        (!wait.is_zero()).then_some(wait)
    }

    fn out_of_time_after(&self, wait: Duration) -> bool {
        self.until
            .deadline
            .is_some_and(|deadline| Instant::now() + wait >= deadline)
    }

    /// How much longer to wait for company, if at all.
    fn linger(&self, lane: Lane, since: Instant) -> Option<Duration> {
        let most = match lane {
            Lane::Revenue => LINGER_REVENUE,
            Lane::Visit => LINGER_VISIT,
        };
        let left = most.saturating_sub(since.elapsed());
        let alone = self.books.ledger.unsettled_bytes() < ENOUGH_BYTES;
        (self.until.linger && alone && !left.is_zero()).then(|| left.min(LOOK_EVERY))
    }
}

fn must_leave(place: &Place, leader: &Leader, settings: &Settings, until: &Until) -> bool {
    until
        .deadline
        .is_some_and(|deadline| Instant::now() >= deadline)
        || !leader.leads()
        || Leader::is_wanted(place)
        || generation::read(place) > settings.generation
}

fn count(tally: &mut Tally, settled: Settlement) {
    tally.delivered += settled.delivered;
    tally.rejected += settled.rejected;
}
