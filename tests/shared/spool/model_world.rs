//! The model's time and its Pinterest.

use std::cell::Cell;
use std::collections::HashSet;
use std::time::{Duration, Instant};

use pinrelay::delivery::{Answer, CallFailed, Client, Time};
use pinrelay::process::Waker;
use pinrelay::spool::unix_now;
use serde_json::{Value, json};

/// A clock that runs only while somebody waits.
pub struct Turned {
    unix: Cell<i64>,
    booted: i64,
    start: Instant,
    passed: Cell<Duration>,
}

impl Turned {
    pub fn new() -> Self {
        Self {
            unix: Cell::new(unix_now()),
            booted: unix_now() - 40_000,
            start: Instant::now(),
            passed: Cell::default(),
        }
    }

    pub fn turn(&self, seconds: i64) {
        self.unix.set(self.unix.get() + seconds);
        let passed = Duration::from_secs(seconds.cast_unsigned());
        self.passed.set(self.passed.get() + passed);
    }
}

impl Time for Turned {
    fn unix(&self) -> i64 {
        self.unix.get()
    }

    fn since_boot(&self) -> i64 {
        // Both go on together: this clock never jumps.
        self.unix.get() - self.booted
    }

    fn boot_id(&self) -> String {
        "one".to_owned()
    }

    fn now(&self) -> Instant {
        self.start + self.passed.get()
    }

    fn wait(&self, _: &Waker, at_most: Duration) -> bool {
        let before = self.passed.get();
        self.passed
            .set(before + at_most.max(Duration::from_millis(1)));
        let seconds = self.passed.get().as_secs() - before.as_secs();
        self.unix.set(self.unix.get() + seconds.cast_signed());
        false
    }
}

/// Answers so many calls, and remembers the records that it was sent.
#[derive(Default)]
pub struct Pinterest {
    pub calls_left: usize,
    pub refuses: HashSet<String>,
    /// By the number that each record carries.
    pub sent: Vec<usize>,
    pub took: Vec<usize>,
}

impl Client for Pinterest {
    fn post(&mut self, body: &[u8], _: bool, _: Duration) -> Result<Answer, CallFailed> {
        if self.calls_left == 0 {
            return Err(CallFailed::Lost("nobody is there".to_owned()));
        }
        self.calls_left -= 1;
        let body: Value = serde_json::from_slice(body).unwrap();
        let mut events = Vec::new();
        for event in body["data"].as_array().unwrap() {
            // One made up to see whether any would be taken has no number.
            let Some(seq) = event["seq"].as_u64() else {
                events.push(json!({"status": "processed"}));
                continue;
            };
            let seq = seq as usize;
            self.sent.push(seq);
            let refused = self.refuses.contains(event["event_id"].as_str().unwrap());
            if !refused {
                self.took.push(seq);
            }
            events.push(match refused {
                true => json!({"status": "failed", "error_message": "bad"}),
                false => json!({"status": "processed"}),
            });
        }
        let good = events.iter().filter(|e| e["status"] == "processed").count();
        let body = json!({
            "num_events_received": events.len(),
            "num_events_processed": good,
            "events": events,
        });
        Ok(Answer {
            status: 200,
            body: body.to_string().into_bytes(),
            ..Answer::default()
        })
    }
}
