//! Whether it is the events that are refused, or everything.
//!
//! Ten refusals in a row may be ten bad events or one bad setting. The first
//! must not hold up what waits behind them for ever, the second must not cost
//! the shop its orders. Other events tell which, asked one by one and in test
//! mode, where Pinterest judges an event as ever and records nothing (CONTRACT
//! 9): so the ones asked keep their place in line and are not sent twice.
//!
//! Fewer are a refusal of these events only where Pinterest takes any: where it
//! took none for a day, an event made up for this is asked about in test mode.

use serde_json::json;

use crate::spool::random;

use super::batch::{Batch, Held};
use super::outcome::{Outcome, classify};
use super::round::{MOST_EVENTS, MOST_REJECTED, Round, Told};
use super::standing::PROBE_EVERY;
use super::words::Word;

pub(super) const ALL_REJECTED: &str = "all_rejected";
/// How many events are asked before everything is said to be refused.
const VOUCHERS: usize = 5;
/// For how long a success says that Pinterest takes events of this shop.
const SUCCESS_COUNTS: i64 = 86_400;
/// What `test@example.com` hashes to: a match key that is nobody's.
const NOBODY: &str = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b";

impl Round<'_> {
    /// Asks events against which nothing stands yet: the newest that waits,
    /// because what was wrong may be put right by now, and any others. `Next`
    /// when one of them would be taken; else everything is kept and paused.
    pub(super) fn vouch(&mut self, held: &[Held]) -> Told {
        let pool = Batch::new(self.take(MOST_EVENTS).into_iter());
        let mut others = pool.send.clone();
        others.retain(|index| {
            let entry = &pool.slots[*index].entry;
            !held.iter().any(|one| one.is_of(entry))
        });
        for count in 0..VOUCHERS {
            self.books.see_withdrawn();
            others.retain(|index| !self.books.is_withdrawn(&pool.slots[*index].entry));
            if others.is_empty() {
                break;
            }
            let pick = match count {
                0 => others.len() - 1,
                _ => usize::try_from(random()).unwrap_or(usize::MAX) % others.len(),
            };
            let index = others.swap_remove(pick);
            let may_call = match count {
                0 => (self.may_call)(),
                _ => (self.go_on)(),
            };
            if !may_call {
                return Told::Stop;
            }
            let call = self.post(pool.body(&[index]), true);
            let status = call.as_ref().ok().map(|answer| answer.status);
            match classify(&call, 1) {
                Outcome::Verdicts(words) if words == [Word::Processed] => return Told::Next,
                Outcome::Verdicts(_) | Outcome::Split(_) | Outcome::Unread(_) => {}
                Outcome::Retry { after, message } | Outcome::NotPinterest { after, message } => {
                    return self.back_off(&pool, after, message, status);
                }
                Outcome::Pause { reason, message } => return self.pause(reason, message, status),
            }
        }
        let message = match (held.last(), &self.books.state.last_error) {
            (Some(last), _) => format!("every event is refused: {}", last.message),
            (None, Some(error)) => error.message.clone(),
            (None, None) => "every event is refused".to_owned(),
        };
        self.pause(ALL_REJECTED, message, None)
    }

    /// Whether refusals were left behind that nobody knows what to make of.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.books.state.doubted || self.is_all_rejected()
    }

    fn is_all_rejected(&self) -> bool {
        let paused = self.books.state.paused.as_ref();
        paused.is_some_and(|pause| pause.reason == ALL_REJECTED)
    }

    /// Before a batch: whether a doubt has cleared up by now.
    pub(super) fn clear_doubt(&mut self) -> Told {
        if self.is_all_rejected() && self.books.state.rejected_in_a_row >= MOST_REJECTED {
            let told = self.vouch(&[]);
            if let Told::Next = told {
                self.forgive();
            }
            return told;
        }
        if !(self.may_call)() {
            return Told::Stop;
        }
        let next = Batch::new(self.take(1).into_iter());
        let told = self.ask_test_event(&next);
        if let Told::Next = told {
            self.books.state.doubted = false;
            // The refusals in a row stay counted: this proves nothing of them.
            self.books.state.paused = None;
            self.books.state.retry_at = None;
        }
        told
    }

    /// `Next` where the lone refusals of a batch, if there are any, may be
    /// believed: by what Pinterest took lately, or by an event made up for this.
    pub(super) fn vouch_for_lone(&mut self, batch: &Batch) -> Told {
        let (state, now) = (&self.books.state, self.time.unix());
        let within = |at: Option<i64>, span: i64| {
            at.is_some_and(|at| (at..at.saturating_add(span)).contains(&now))
        };
        let probed = i64::try_from(PROBE_EVERY.as_secs()).unwrap_or(0);
        if batch.held.is_empty()
            || within(state.last_success_at, SUCCESS_COUNTS)
            || within(state.vouched_at, probed)
        {
            return Told::Next;
        }
        if let Some(held) = batch.held.last() {
            // Told to the owner, whatever becomes of the doubt.
            let message = held.message.clone();
            self.note(message, None);
        }
        let told = match self.must_wait() || !(self.go_on)() {
            true => Told::Stop,
            false => self.ask_test_event(batch),
        };
        self.books.state.doubted = matches!(told, Told::Stop);
        told
    }

    /// Asks in test mode about an event with which nothing can be wrong. Where it
    /// is refused as well, everything is kept.
    fn ask_test_event(&mut self, batch: &Batch) -> Told {
        let body = json!({"data": [{
            "event_name": "page_visit",
            "action_source": "web",
            "event_time": self.time.unix(),
            "event_id": format!("pinrelay-test-{:016x}", random()),
            "user_data": {"em": [NOBODY]},
        }]});
        let call = self.post(body.to_string().into_bytes(), true);
        let status = call.as_ref().ok().map(|answer| answer.status);
        match classify(&call, 1) {
            Outcome::Verdicts(words) if words == [Word::Processed] => {
                self.books.state.vouched_at = Some(self.time.unix());
                Told::Next
            }
            // Should it be this one that Pinterest has something against, others tell.
            Outcome::Verdicts(_) | Outcome::Split(_) => self.vouch(&batch.held),
            Outcome::Unread(message) => self.back_off(batch, None, message, status),
            Outcome::Retry { after, message } | Outcome::NotPinterest { after, message } => {
                self.back_off(batch, after, message, status)
            }
            Outcome::Pause { reason, message } => self.pause(reason, message, status),
        }
    }
}
