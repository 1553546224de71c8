//! The arrays of `status()` and `sendTest()`.
//!
//! It must not change anything.

use serde_json::{Value, json};

use crate::delivery::{Answer, CallFailed, Response, redact};
use crate::spool::{
    DeadLetters, Generation, Leader, LeaderNote, Ledger, Refused, SpoolDir, SpoolError, State,
    Waiting, Withdrawn, unix_now,
};

/// A page of HTML in place of an answer is cut here.
const LONGEST_BODY: usize = 2_000;

/// Running totals, of which a caller takes the difference.
pub struct Done {
    /// Events that Pinterest accepted.
    pub delivered: u64,
    /// Dead letters.
    pub rejected: u64,
}

/// The totals now.
pub fn done(spool: &SpoolDir) -> Done {
    Done {
        delivered: State::read(spool).delivered,
        rejected: DeadLetters::new(spool).count() as u64,
    }
}

/// What waits now.
pub fn waiting(spool: &SpoolDir) -> Result<Waiting, SpoolError> {
    Ledger::new(spool).waiting(&Withdrawn::read(spool))
}

/// The array of `Relay::status()` for settings of the generation `ours`.
pub fn status(spool: &SpoolDir, ours: u64) -> Result<Value, SpoolError> {
    let waiting = waiting(spool)?;
    let writable = spool.probe();
    let state = State::read(spool).for_generation(ours);
    let sender = match Leader::is_free(spool)? {
        true => None,
        false => LeaderNote::read(spool),
    };
    Ok(json!({
        "node": spool.node(),
        "generation": Generation::read(spool),
        "waiting": { "revenue": waiting.revenue, "visit": waiting.visit },
        "rejected": DeadLetters::new(spool).count(),
        "delivered": state.delivered,
        "lost": state.lost,
        "oldest_waiting_at": waiting.oldest_at,
        "last_success_at": state.last_success_at,
        "last_error": state.last_error,
        "paused": state.paused,
        "retry_at": state.retry_at.filter(|at| *at > unix_now()),
        "sender": sender.map(|note| json!({
            "pid": note.pid,
            "since": note.since,
            "heartbeat_age": note.heartbeat_age,
        })),
        "last_refused": Refused::read(spool),
        "spool": {
            "dir": spool.dir().to_string_lossy(),
            "bytes": spool.bytes(),
            "writable": writable.is_ok(),
            "network_fs": spool.is_network_fs(),
            "trouble": writable.err().or(waiting.unread).map(|error| json!({
                "reason": error.reason.as_str(),
                "message": error.message,
            })),
        },
    }))
}

/// The array of `Relay::sendTest()` for what came of the call.
pub fn test_answer(call: &Result<Answer, CallFailed>) -> Value {
    let (verdict, message) = test_verdict(Response::of(call, 1));
    let Ok(answer) = call else {
        return test_not_sent(&message.unwrap_or_default());
    };
    let body = String::from_utf8_lossy(&answer.body);
    let body: String = body.chars().take(LONGEST_BODY).collect();
    json!({
        "http_status": answer.status,
        "verdict": verdict,
        "message": message,
        "body": redact(&body),
    })
}

/// The same when there was no answer.
pub fn test_not_sent(message: &str) -> Value {
    json!({ "http_status": 0, "verdict": "unreachable", "message": message, "body": "" })
}

/// What an answer to one test event comes to.
fn test_verdict(response: Response) -> (&'static str, Option<String>) {
    match response {
        Response::Results { events, .. } => match events.into_iter().next() {
            Some(Err(message)) => ("rejected", Some(message)),
            _ => ("delivered", None),
        },
        Response::Refused(message) => ("rejected", Some(message)),
        Response::Unread(message) => ("unconfirmed", Some(message)),
        Response::Retry { message, .. } | Response::NotPinterest { message, .. } => {
            ("retry", Some(message))
        }
        Response::Pause { reason, message } => (reason, Some(message)),
    }
}
