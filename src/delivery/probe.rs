//! Whether it is the events that are refused, or everything.
//!
//! Ten refusals in a row may be ten bad events or one bad setting. The first
//! must not hold up what waits behind them for ever, the second must not cost
//! the shop its orders. Probes tell which: other events, sent one by one and in
//! test mode, where Pinterest judges an event as ever and records nothing. So the
//! ones probed keep their place in line and are not sent twice.
//!
//! Fewer are a refusal of these events only where Pinterest takes any: where it
//! took none for a day, a test event made up for this is sent in test mode.

use serde_json::json;

use crate::spool::random;

use super::batch::{Batch, Held};
use super::response::Response;
use super::session::{Circuit, MOST_EVENTS, PROBE_EVERY, Session};

/// As many refusals in a row without a success may be a refusal of everything.
pub const MOST_REJECTED: u32 = 10;
const ALL_REJECTED: &str = "all_rejected";
/// How many events are probed before everything is said to be refused.
const PROBES: usize = 5;
/// For how long a success says that Pinterest takes events of this shop.
const SUCCESS_COUNTS: i64 = 86_400;
/// What `test@example.com` hashes to: a match key of no visitor.
const TEST_EMAIL: &str = "973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b";

/// Whether refusals were left behind that are not believed yet.
pub fn is_needed(session: &Session<'_>) -> bool {
    session.committer.state.probe_due || is_all_rejected(session)
}

/// Probes before a batch, where [`is_needed`] says so. `Closed` where an event
/// would be taken by now.
pub fn probe_first(session: &mut Session<'_>) -> Circuit {
    if is_all_rejected(session) && session.committer.state.rejected_in_a_row >= MOST_REJECTED {
        let circuit = probe_others(session, &[]);
        if circuit == Circuit::Closed {
            forgive(session);
        }
        return circuit;
    }
    if !session.may_call() {
        return Circuit::Open;
    }
    let next = Batch::new(session.take(1));
    let circuit = probe_test_event(session, &next);
    if circuit == Circuit::Closed {
        let state = &mut session.committer.state;
        state.probe_due = false;
        // The refusals in a row stay counted: this proves nothing of them.
        state.paused = None;
        state.retry_at = None;
    }
    circuit
}

/// Probes events against which nothing stands yet: the newest that waits, because
/// what was wrong may be put right by now, and any others. `Closed` when one of
/// them would be taken; else everything is kept and paused.
pub fn probe_others(session: &mut Session<'_>, held: &[Held]) -> Circuit {
    let pool = Batch::new(session.take(MOST_EVENTS));
    let mut others = pool.send.clone();
    others.retain(|index| {
        let entry = &pool.lines[*index].entry;
        !held.iter().any(|one| one.is_of(entry))
    });
    for count in 0..PROBES {
        session.committer.see_withdrawn();
        others.retain(|index| !session.committer.is_withdrawn(&pool.lines[*index].entry));
        if others.is_empty() {
            break;
        }
        let pick = match count {
            0 => others.len() - 1,
            _ => usize::try_from(random()).unwrap_or(usize::MAX) % others.len(),
        };
        let index = others.swap_remove(pick);
        let may_call = match count {
            0 => session.may_call(),
            _ => session.goes_on(),
        };
        if !may_call {
            return Circuit::Open;
        }
        let Some((response, status)) = session.call(pool.body(&[index]), 1, true) else {
            return Circuit::Open;
        };
        match response {
            response if response.is_processed() => return Circuit::Closed,
            Response::Results { .. } | Response::Refused(_) | Response::Unread(_) => {}
            Response::Retry { after, message } | Response::NotPinterest { after, message } => {
                return session.back_off(&pool, after, message, status);
            }
            Response::Pause { reason, message } => return session.pause(reason, message, status),
        }
    }
    let message = match (held.last(), &session.committer.state.last_error) {
        (Some(last), _) => format!("every event is refused: {}", last.message),
        (None, Some(error)) => error.message.clone(),
        (None, None) => "every event is refused".to_owned(),
    };
    session.pause(ALL_REJECTED, message, None)
}

/// `Closed` where the lone refusals of a batch, if there are any, may be believed:
/// by what Pinterest took lately, or by a test event.
pub fn probe_for_lone(session: &mut Session<'_>, batch: &Batch) -> Circuit {
    let (state, now) = (&session.committer.state, session.time.unix());
    let within = |at: Option<i64>, span: i64| {
        at.is_some_and(|at| (at..at.saturating_add(span)).contains(&now))
    };
    let probed = i64::try_from(PROBE_EVERY.as_secs()).unwrap_or(0);
    let Some(held) = batch.held.last() else {
        return Circuit::Closed;
    };
    if within(state.last_success_at, SUCCESS_COUNTS) || within(state.probe_succeeded_at, probed) {
        return Circuit::Closed;
    }
    // Told to the owner, whatever the probe finds.
    session.note(held.message.clone(), None);
    let circuit = match session.held().is_some() || !session.goes_on() {
        true => Circuit::Open,
        false => probe_test_event(session, batch),
    };
    session.committer.state.probe_due = circuit == Circuit::Open;
    circuit
}

/// An event would be taken: it was the events that were refused.
pub fn forgive(session: &mut Session<'_>) {
    let state = &mut session.committer.state;
    state.paused = None;
    state.retry_at = None;
    state.rejected_in_a_row = 0;
}

fn is_all_rejected(session: &Session<'_>) -> bool {
    let paused = session.committer.state.paused.as_ref();
    paused.is_some_and(|pause| pause.reason == ALL_REJECTED)
}

/// Sends an event in test mode with which nothing can be wrong. Where it is refused
/// as well, everything is kept.
fn probe_test_event(session: &mut Session<'_>, batch: &Batch) -> Circuit {
    let body = json!({"data": [{
        "event_name": "page_visit",
        "action_source": "web",
        "event_time": session.time.unix(),
        "event_id": format!("pinrelay-test-{:016x}", random()),
        "user_data": {"em": [TEST_EMAIL]},
    }]});
    let Some((response, status)) = session.call(body.to_string().into_bytes(), 1, true) else {
        return Circuit::Open;
    };
    match response {
        response if response.is_processed() => {
            session.committer.state.probe_succeeded_at = Some(session.time.unix());
            Circuit::Closed
        }
        // Should it be this one that Pinterest has something against, others tell.
        Response::Results { .. } | Response::Refused(_) => probe_others(session, &batch.held),
        Response::Unread(message) => session.back_off(batch, None, message, status),
        Response::Retry { after, message } | Response::NotPinterest { after, message } => {
            session.back_off(batch, after, message, status)
        }
        Response::Pause { reason, message } => session.pause(reason, message, status),
    }
}
