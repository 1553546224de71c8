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

use super::{Answer, CallFailed, Client, Time};
use crate::process::{self, Waker};

/// One call to be made.
#[derive(Debug)]
pub struct Request {
    /// By which its reply is known.
    pub id: u64,
    /// The body.
    pub body: Vec<u8>,
    /// Whether in test mode.
    pub test: bool,
    /// The longest that it may take.
    pub limit: Duration,
}

/// What came of a call.
#[derive(Debug)]
pub struct Reply {
    /// The request's.
    pub id: u64,
    /// The answer; `None` where the caller panicked.
    pub call: Option<Result<Answer, CallFailed>>,
}

/// Whoever makes calls for a leader; a test may be one.
pub trait Callers {
    /// How many calls may be in flight.
    fn most(&self) -> usize;

    /// Begins a call; not more than [`most`](Self::most) before their replies.
    fn send(&mut self, request: Request);

    /// The reply that came next. Waits for one at most so long, or until the leader
    /// is woken for another reason.
    fn reply(&mut self, waker: &Waker, time: &dyn Time, at_most: Duration) -> Option<Reply>;
}

/// Calls on the leader's own thread, one after the other.
pub struct Inline<'a> {
    client: &'a mut dyn Client,
    replies: VecDeque<Reply>,
}

impl<'a> Inline<'a> {
    /// Calls by this client.
    pub fn new(client: &'a mut dyn Client) -> Self {
        Self {
            client,
            replies: VecDeque::new(),
        }
    }
}

impl Callers for Inline<'_> {
    fn most(&self) -> usize {
        1
    }

    fn send(&mut self, request: Request) {
        let call = self.client.post(&request.body, request.test, request.limit);
        self.replies.push_back(Reply {
            id: request.id,
            call: Some(call),
        });
    }

    fn reply(&mut self, _: &Waker, _: &dyn Time, _: Duration) -> Option<Reply> {
        self.replies.pop_front()
    }
}

type Connect = Arc<dyn Fn() -> Box<dyn Client> + Send + Sync>;

/// Threads, each with a connection of its own. They are started when all others are
/// busy, and end when this is dropped: at once where idle, else after their call,
/// whose reply then goes nowhere.
pub struct Threads {
    connect: Connect,
    waker: Arc<Waker>,
    most: usize,
    started: usize,
    in_flight: usize,
    requests: (Sender<Request>, Receiver<Request>),
    replies: (Sender<Reply>, Receiver<Reply>),
}

impl Threads {
    /// Starts none yet.
    pub fn new(
        most: usize,
        waker: &Arc<Waker>,
        connect: impl Fn() -> Box<dyn Client> + Send + Sync + 'static,
    ) -> Self {
        Self {
            connect: Arc::new(connect),
            waker: Arc::clone(waker),
            most: most.max(1),
            started: 0,
            in_flight: 0,
            requests: bounded(most.max(1)),
            replies: bounded(most.max(1)),
        }
    }

    /// Starts one more where all are busy. With none at all a call fails.
    fn start(&mut self) -> bool {
        if self.started > self.in_flight || self.started >= self.most {
            return self.started > 0;
        }
        let (requests, replies) = (self.requests.1.clone(), self.replies.0.clone());
        let (connect, waker) = (Arc::clone(&self.connect), Arc::clone(&self.waker));
        let started = process::spawn_caller(self.started == 0, move || {
            let mut client = connect();
            for request in requests {
                let call = || client.post(&request.body, request.test, request.limit);
                let call = catch_unwind(AssertUnwindSafe(call)).ok();
                let id = request.id;
                if replies.send(Reply { id, call }).is_err() {
                    return;
                }
                waker.wake();
            }
        });
        self.started += usize::from(matches!(started, Ok(true)));
        self.started > 0
    }
}

impl Callers for Threads {
    fn most(&self) -> usize {
        self.most
    }

    fn send(&mut self, request: Request) {
        let id = request.id;
        let is_sent = self.start() && self.requests.0.try_send(request).is_ok();
        self.in_flight += 1;
        if !is_sent {
            let why = "no thread to call from".to_owned();
            let call = Some(Err(CallFailed::Lost(why)));
            // There is room for the replies of all that may be in flight.
            let _ = self.replies.0.try_send(Reply { id, call });
        }
    }

    fn reply(&mut self, waker: &Waker, time: &dyn Time, at_most: Duration) -> Option<Reply> {
        let reply = self.replies.1.try_recv().ok().or_else(|| {
            time.wait(waker, at_most);
            self.replies.1.try_recv().ok()
        });
        self.in_flight -= usize::from(reply.is_some());
        reply
    }
}
