//! The threads that call, so that the leader only waits.
//!
//! The leader plans and alone commits. Callers own the connections: a request goes
//! to whichever is free, and its reply comes back on a channel and wakes the leader.
//! Both channels are bounded by the number of callers, so neither side ever waits
//! for the other. Signal handlers and forked children touch none of this: they wake
//! by the leader's event descriptor, and know no caller of their parent's.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{Answer, CallFailed, Client};
use crate::process::{self, Waker};

/// One call to be made.
#[derive(Debug)]
pub struct Request {
    /// The body.
    pub body: Vec<u8>,
    /// Whether in test mode.
    pub test: bool,
    /// The longest that it may take.
    pub limit: Duration,
}

/// Names a call; no two of the same callers have the same.
pub type CallId = u64;

/// What came of a call.
#[derive(Debug)]
pub struct Reply {
    /// Of which.
    pub id: CallId,
    /// The answer; `None` where the caller panicked.
    pub call: Option<Result<Answer, CallFailed>>,
}

/// Those who make calls for a leader; a test may be one.
pub trait Callers {
    /// How many calls may be in flight.
    fn most(&self) -> usize;

    /// How many are: begun, and their reply not taken.
    fn in_flight(&self) -> usize;

    /// Begins a call, where fewer than [`most`](Self::most) are in flight.
    fn send(&mut self, request: Request) -> CallId;

    /// A reply that is there, of whichever call. The leader is woken when one comes.
    fn reply(&mut self) -> Option<Reply>;
}

/// Calls on the leader's own thread, one after the other.
pub struct Inline<'a> {
    client: &'a mut dyn Client,
    calls: CallId,
    replies: VecDeque<Reply>,
}

impl<'a> Inline<'a> {
    /// Calls by this client.
    pub fn new(client: &'a mut dyn Client) -> Self {
        Self {
            client,
            calls: 0,
            replies: VecDeque::new(),
        }
    }
}

impl Callers for Inline<'_> {
    fn most(&self) -> usize {
        1
    }

    fn in_flight(&self) -> usize {
        self.replies.len()
    }

    fn send(&mut self, request: Request) -> CallId {
        let call = self.client.post(&request.body, request.test, request.limit);
        self.calls += 1;
        self.replies.push_back(Reply {
            id: self.calls,
            call: Some(call),
        });
        self.calls
    }

    fn reply(&mut self) -> Option<Reply> {
        self.replies.pop_front()
    }
}

type Channel<T> = (Sender<T>, Receiver<T>);
type Connect = Arc<dyn Fn() -> Box<dyn Client> + Send + Sync>;

/// Threads, each with a connection of its own. They are started when all others are
/// busy, and end when this is dropped: at once where idle, else after their call,
/// whose reply then goes nowhere.
pub struct Threads {
    connect: Connect,
    waker: Arc<Waker>,
    most: usize,
    started: usize,
    calls: CallId,
    in_flight: usize,
    requests: Channel<(CallId, Request)>,
    replies: Channel<Reply>,
}

impl Threads {
    /// Starts none yet. `connect` is called on each thread, once.
    pub fn new(
        most: usize,
        waker: &Arc<Waker>,
        connect: impl Fn() -> Box<dyn Client> + Send + Sync + 'static,
    ) -> Self {
        let most = most.max(1);
        Self {
            connect: Arc::new(connect),
            waker: Arc::clone(waker),
            most,
            started: 0,
            calls: 0,
            in_flight: 0,
            requests: bounded(most),
            replies: bounded(most),
        }
    }

    /// Starts one more where all are busy.
    fn start(&mut self) {
        if self.started > self.in_flight {
            return;
        }
        let (requests, replies) = (self.requests.1.clone(), self.replies.0.clone());
        let (connect, waker) = (Arc::clone(&self.connect), Arc::clone(&self.waker));
        let started = process::spawn_caller(self.started == 0, move || {
            let mut client = connect();
            for (id, request) in requests {
                let call = || client.post(&request.body, request.test, request.limit);
                let call = catch_unwind(AssertUnwindSafe(call)).ok();
                if replies.send(Reply { id, call }).is_err() {
                    return;
                }
                waker.wake();
            }
        });
        match started {
            Ok(true) => self.started += 1,
            // The process has enough of them: it goes on with those it has.
            _ => self.most = self.started.max(1),
        }
    }
}

impl Callers for Threads {
    fn most(&self) -> usize {
        self.most
    }

    fn in_flight(&self) -> usize {
        self.in_flight
    }

    fn send(&mut self, request: Request) -> CallId {
        self.calls += 1;
        let id = self.calls;
        self.start();
        self.in_flight += 1;
        // What no thread takes now, one takes that is done with its call.
        if self.started == 0 || self.requests.0.try_send((id, request)).is_err() {
            let why = "no thread to call from".to_owned();
            let call = Some(Err(CallFailed::Lost(why)));
            // It has space for the replies of all that may be in flight.
            let _ = self.replies.0.try_send(Reply { id, call });
        }
        id
    }

    fn reply(&mut self) -> Option<Reply> {
        let reply = self.replies.1.try_recv().ok()?;
        self.in_flight -= 1;
        Some(reply)
    }
}
