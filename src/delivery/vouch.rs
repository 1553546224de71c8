//! Whether it is the events that are refused, or everything.
//!
//! Ten refusals in a row may be ten bad events or one bad setting. The first
//! must not hold up what waits behind them for ever, the second must not cost
//! the shop its orders. Other events tell which, asked one by one and in test
//! mode, where Pinterest judges an event as ever and records nothing (CONTRACT
//! 9): so the ones asked keep their place in line and are not sent twice.

use crate::spool::random;

use super::batch::{Batch, Held};
use super::outcome::{Outcome, classify};
use super::round::{MOST_EVENTS, Round, Told};
use super::words::Word;

pub(super) const ALL_REJECTED: &str = "all_rejected";
/// How many events are asked before everything is said to be refused.
const VOUCHERS: usize = 5;

impl Round<'_> {
    /// Asks events against which nothing stands yet: the newest that waits,
    /// because what was wrong may be put right by now, and any others. `Next`
    /// when one of them would be taken; else everything is kept and paused.
    pub(super) fn vouch(&mut self, held: &[Held]) -> Told {
        let pool = Batch::new(self.take(MOST_EVENTS).into_iter());
        let mut others: Vec<usize> = (0..pool.send.len())
            .filter(|position| {
                let entry = &pool.slots[pool.send[*position]].entry;
                !held.iter().any(|one| one.is_of(entry))
            })
            .collect();
        for count in 0..VOUCHERS.min(others.len()) {
            let pick = match count {
                0 => others.len() - 1,
                _ => usize::try_from(random()).unwrap_or(usize::MAX) % others.len(),
            };
            let position = others.swap_remove(pick);
            let may_call = match count {
                0 => (self.may_call)(),
                _ => (self.go_on)(),
            };
            if !may_call {
                return Told::Stop;
            }
            let call = self.post(pool.body(position..position + 1), true);
            let status = call.as_ref().ok().map(|answer| answer.status);
            match classify(&call, 1) {
                Outcome::Verdicts(words) if words == [Word::Processed] => return Told::Next,
                Outcome::Verdicts(_) | Outcome::Split(_) | Outcome::Unread(_) => {}
                Outcome::Retry { after, message } => {
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
}
