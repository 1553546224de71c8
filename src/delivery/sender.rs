//! The state machine of a leader: look, wait or send, until there is a reason to
//! leave.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::process::{self, Waker};
use crate::spool::{Lane, LastError, Leader, Reason, SpoolDir, SpoolError, State, random};

use super::backoff::{self, Gcra};
use super::commit::{Committer, Counts};
use super::pipeline::Pipeline;
use super::send_batch::{send_batch, settle_only};
use super::session::Session;
use super::{Callers, Client, Inline, Settings, Time, Until, housekeeping};

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

/// Why a sender left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Exit {
    /// Another process or thread leads.
    #[default]
    NotLeader,
    /// Nothing waited.
    Idle,
    /// Out of time, or told to.
    Stopped,
}

/// What leading came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Why it ended.
    pub exit: Exit,
    /// Events that Pinterest took.
    pub delivered: u64,
    /// Events that it refused.
    pub rejected: u64,
}

impl Tally {
    /// Whether this thread led at all.
    pub fn led(&self) -> bool {
        self.exit != Exit::NotLeader
    }
}

/// Delivers from a spool until there is no more to do or no more time, unless
/// somebody else does.
///
/// # Errors
/// What the file system says.
pub fn drain(
    spool: &SpoolDir,
    settings: &Settings,
    client: &mut dyn Client,
    waker: &Waker,
    until: &Until,
    time: &dyn Time,
) -> Result<Tally, SpoolError> {
    drain_by(
        spool,
        settings,
        &mut Inline::new(client),
        waker,
        until,
        time,
    )
}

/// The same with threads for the calls, which have to wake the same leader.
///
/// # Errors
/// What the file system says.
pub fn drain_by(
    spool: &SpoolDir,
    settings: &Settings,
    callers: &mut dyn Callers,
    waker: &Waker,
    until: &Until,
    time: &dyn Time,
) -> Result<Tally, SpoolError> {
    let mut tally = Tally::default();
    loop {
        let Some(leader) = Leader::try_lead(spool)? else {
            return Ok(tally);
        };
        let lead = || {
            let committer = Committer::open(&leader, settings.generation, time)?;
            let not_before = inherited_wait(&committer, time);
            let mut sender = Sender {
                session: Session {
                    committer,
                    leader: &leader,
                    spool,
                    settings,
                    callers: &mut *callers,
                    is_steady: true,
                    waker,
                    until,
                    time,
                    not_before,
                    rate: Gcra::new(settings.test),
                },
                pipeline: Pipeline::default(),
                quiet_since: time.now(),
                work_since: None,
                settled_at: None,
                looked_at: time.now(),
                cleaned_at: None,
                fruitless: 0,
            };
            let exit = sender.run(&mut tally);
            let mut committer = sender.session.committer;
            // Settled lines hold addresses: none stay behind.
            if leader.leads() {
                committer.ledger.sweep(true, time.unix());
                committer.publish();
            }
            Ok((committer, exit?))
        };
        let (mut committer, exit) = catch_unwind(AssertUnwindSafe(lead))
            .unwrap_or_else(|_| Err(panicked(&leader, settings, time)))?;
        drop(leader);
        tally.exit = match process::is_stopping() {
            true => Exit::Stopped,
            false => exit,
        };
        if tally.exit == Exit::Stopped {
            return Ok(tally);
        }
        // Whoever captured in the meantime found the lock taken and trusted us.
        committer.refresh()?;
        if committer.ledger.work().is_none() {
            return Ok(tally);
        }
    }
}

/// Counts a panic, and makes the next leader wait, here or in any other process:
/// whatever brought it about may still be in line. Only by the lock's holder.
fn panicked(leader: &Leader, settings: &Settings, time: &dyn Time) -> SpoolError {
    let spool = leader.spool();
    // Its own words may hold what a visitor typed.
    let message = "the sender panicked";
    let mut state = State::read(spool).for_generation(settings.generation);
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
        return spool.moved();
    }
    if let Err(error) = state.write(spool) {
        log::warn!(target: spool.log_target(), "cannot write state.json: {error}");
    }
    SpoolError::new(Reason::Io, message)
}

/// The end of a wait that an earlier leader was told, as far as the clock can be
/// trusted: one that was set back must not silence the shop for days. Where it was
/// set forward the wait is over, which costs one early call.
fn inherited_wait(committer: &Committer, time: &dyn Time) -> Option<Instant> {
    let seconds = committer.state.retry_at?.saturating_sub(time.unix()).max(0);
    let wait = Duration::from_secs(seconds.cast_unsigned()).min(backoff::LONGEST);
    Some(time.now() + wait)
}

/// What a leader can do next.
enum Next {
    /// Nothing waits.
    Idle,
    /// Lines wait, and nothing may be sent for so long.
    Held(Duration),
    /// Lines wait, and may wait so long for company.
    Linger(Duration),
    /// Lines are to be sent: all that are next, or only those of one lane.
    Send(Option<Lane>),
    /// Nothing can be done before an answer comes.
    Await,
}

struct Sender<'a> {
    session: Session<'a>,
    /// What is in flight.
    pipeline: Pipeline,
    /// Since when nothing waits.
    quiet_since: Instant,
    /// Since when something waits.
    work_since: Option<Instant>,
    /// When it last settled what needs no call, while nothing may be sent.
    settled_at: Option<Instant>,
    /// When it last looked for records of other processes.
    looked_at: Instant,
    /// When it last cleared away what had its time.
    cleaned_at: Option<Instant>,
    /// Batches in a row of which nothing could be settled.
    fruitless: u32,
}

impl Sender<'_> {
    fn run(&mut self, tally: &mut Tally) -> Result<Exit, SpoolError> {
        let exit = self.lead(tally);
        let finished = self.committed(tally, |session, pipeline| pipeline.finish(session));
        let exit = exit?;
        finished.map(|_| exit)
    }

    fn lead(&mut self, tally: &mut Tally) -> Result<Exit, SpoolError> {
        // A process that is stopping still makes one call, if it comes back in
        // time: where workers live for one request, no other would ever do.
        let mut last_call = false;
        while !last_call && !self.session.must_leave() {
            last_call = process::is_stopping();
            self.session.leader.heartbeat();
            self.receive(tally)?;
            if last_call && !self.pipeline.is_empty() {
                break;
            }
            self.clean();
            self.look()?;
            match self.next() {
                Next::Idle => {
                    self.sweep();
                    if last_call || self.since(self.quiet_since) >= self.session.until.idle {
                        return Ok(Exit::Idle);
                    }
                    self.wait(LOOK_EVERY);
                }
                Next::Held(wait) => {
                    self.settle_held(tally)?;
                    // Its wait is written down: another destination can use the thread.
                    if last_call || self.is_out_of_time_after(wait) || process::is_full() {
                        return Ok(Exit::Stopped);
                    }
                    self.rest(wait.min(LOOK_HELD));
                }
                Next::Linger(wait) if !last_call => self.wait(wait),
                Next::Linger(_) => self.send(tally)?,
                Next::Send(_) if last_call => self.send(tally)?,
                Next::Send(lane) if self.session.may_overlap() => self.take(tally, lane)?,
                Next::Send(_) => self.send(tally)?,
                Next::Await => {
                    let due = self.pipeline.wait(&self.session);
                    let due = due.filter(|due| !due.is_zero());
                    self.wait(due.map_or(LOOK_EVERY, |due| due.min(LOOK_EVERY)));
                }
            }
        }
        Ok(Exit::Stopped)
    }

    fn next(&mut self) -> Next {
        let is_sending = !self.pipeline.is_empty();
        let work = self.session.committer.ledger.work();
        if work.is_none() {
            self.work_since = None;
        }
        if is_sending || work.is_some() {
            self.quiet_since = self.session.time.now();
        }
        let Some(lane) = work else {
            return if is_sending { Next::Await } else { Next::Idle };
        };
        let held = self.session.held();
        // What cannot be done beside calls waits until none is in flight.
        if is_sending
            && (held.is_some() || self.pipeline.is_failing() || !self.session.may_overlap())
        {
            return Next::Await;
        }
        if let Some(wait) = held {
            return Next::Held(wait);
        }
        let Some(lanes) = self.pipeline.wants(&self.session, lane) else {
            return Next::Await;
        };
        let since = *self.work_since.get_or_insert(self.quiet_since);
        match self.linger(lane, since) {
            Some(wait) => Next::Linger(wait),
            None => Next::Send(lanes),
        }
    }

    /// A look costs a system call for each segment. While known lines wait there is
    /// no need of one between any two calls.
    fn look(&mut self) -> Result<(), SpoolError> {
        let committer = &self.session.committer;
        if committer.ledger.work().is_none() || self.since(self.looked_at) >= LOOK_EVERY {
            self.session.committer.refresh()?;
            self.looked_at = self.session.time.now();
        } else {
            self.session.committer.see_withdrawn();
        }
        Ok(())
    }

    /// Sends one batch, while none is in flight.
    fn send(&mut self, tally: &mut Tally) -> Result<(), SpoolError> {
        self.work_since = None;
        let settled = self.committed(tally, |session, _| send_batch(session))?;
        self.sweep();
        self.rest_if_fruitless(settled.lines > 0 || self.session.held().is_some());
        Ok(())
    }

    /// Puts one more batch in flight.
    fn take(&mut self, tally: &mut Tally, lane: Option<Lane>) -> Result<(), SpoolError> {
        self.work_since = None;
        let mut is_sent = false;
        let settled = self.committed(tally, |session, pipeline| {
            let taken = pipeline.take(session, lane)?;
            is_sent = taken.is_sent;
            Ok(taken.settled)
        })?;
        self.rest_if_fruitless(settled.lines > 0 || is_sent);
        Ok(())
    }

    /// Half a line whose writer is still at it, or the clock is to be watched first.
    fn rest_if_fruitless(&mut self, is_fruitful: bool) {
        if is_fruitful {
            self.fruitless = 0;
            return;
        }
        self.wait(LOOK_EVERY * (1 << self.fruitless.min(4)));
        self.fruitless += 1;
    }

    /// Settles what was answered.
    fn receive(&mut self, tally: &mut Tally) -> Result<(), SpoolError> {
        if self.pipeline.is_empty() {
            return Ok(());
        }
        let settled = self.committed(tally, |session, pipeline| pipeline.receive(session))?;
        if settled.lines > 0 {
            self.sweep();
        }
        Ok(())
    }

    /// Settles what needs no call, once in a while.
    fn settle_held(&mut self, tally: &mut Tally) -> Result<(), SpoolError> {
        if self
            .settled_at
            .is_none_or(|when| self.since(when) >= SETTLE_HELD)
        {
            self.settled_at = Some(self.session.time.now());
            self.committed(tally, |session, _| settle_only(session))?;
        }
        Ok(())
    }

    /// Counts what was settled, and writes the state down whatever came of it.
    fn committed(
        &mut self,
        tally: &mut Tally,
        settle: impl FnOnce(&mut Session<'_>, &mut Pipeline) -> Result<Counts, SpoolError>,
    ) -> Result<Counts, SpoolError> {
        let settled = settle(&mut self.session, &mut self.pipeline);
        self.session.committer.save();
        let settled = settled?;
        tally.delivered += settled.delivered;
        tally.rejected += settled.rejected;
        Ok(settled)
    }

    /// What cannot be cleared away keeps nothing from being sent. Nor is anything
    /// sent twice by it: no line is settled in memory that is not on disk.
    fn clean(&mut self) {
        let session = &mut self.session;
        let cleaned = self.cleaned_at;
        let now = session.time.now();
        let is_time = cleaned.is_none_or(|when| now.saturating_duration_since(when) >= CLEAN_EVERY);
        // What is in flight is not housekeeping's to settle.
        if is_time
            && self.pipeline.is_empty()
            && housekeeping::is_due(&session.committer.state, session.time.unix())
        {
            self.cleaned_at = Some(now);
            if let Err(error) = housekeeping::clean(&mut session.committer, session.time) {
                log::warn!(target: session.spool.log_target(), "cannot clear it: {error}");
            }
            session.committer.save();
        }
    }

    fn sweep(&mut self) {
        let now = self.session.time.unix();
        self.session.committer.ledger.sweep(false, now);
    }

    fn wait(&self, wait: Duration) {
        self.session.time.wait(self.session.waker, wait);
    }

    /// Waits while nothing may be sent. A wake-up, one for each capture, is company
    /// that may not be sent either.
    fn rest(&self, wait: Duration) {
        let time = self.session.time;
        let end = time.now() + wait;
        let left = || end.saturating_duration_since(time.now());
        while time.wait(self.session.waker, left()) {
            if process::is_stopping() || self.session.must_leave() {
                break;
            }
        }
    }

    fn since(&self, when: Instant) -> Duration {
        self.session.time.now().saturating_duration_since(when)
    }

    fn is_out_of_time_after(&self, wait: Duration) -> bool {
        let deadline = self.session.until.deadline;
        deadline.is_some_and(|deadline| self.session.time.now() + wait >= deadline)
    }

    /// How much longer to wait for company, if at all.
    fn linger(&self, lane: Lane, since: Instant) -> Option<Duration> {
        let most = match lane {
            Lane::Revenue => LINGER_REVENUE,
            Lane::Visit => LINGER_VISIT,
        };
        let left = most.saturating_sub(self.since(since));
        let alone = self.session.committer.ledger.untaken_bytes() < ENOUGH_BYTES;
        (self.session.until.linger && alone && !left.is_zero()).then(|| left.min(LOOK_EVERY))
    }
}
