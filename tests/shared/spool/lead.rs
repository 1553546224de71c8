//! A leader with a Pinterest that answers at once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use pinrelay::delivery::{
    Answer, CallFailed, Client, Clock, Late, Secret, Settings, Tally, Transport, Until, drain,
};
use pinrelay::process::Waker;
use pinrelay::spool::{SpoolDir, SpoolError, Verdict, Verdicts};
use serde_json::{Value, json};

/// Counts what it is sent, and takes all of it, or refuses these ids.
#[derive(Debug, Default)]
pub struct Pinterest {
    pub calls: usize,
    pub sent: HashMap<String, usize>,
    pub refuses: Vec<String>,
    /// Why it refuses them.
    pub says: String,
}

impl Client for Pinterest {
    fn post(&mut self, body: &[u8], _: bool, _: Duration) -> Result<Answer, CallFailed> {
        self.calls += 1;
        let body: Value = serde_json::from_slice(body).unwrap();
        let mut events = Vec::new();
        for event in body["data"].as_array().unwrap() {
            let id = event["event_id"].as_str().unwrap();
            *self.sent.entry(id.to_owned()).or_default() += 1;
            events.push(match self.refuses.iter().any(|refused| refused == id) {
                true => json!({"status": "failed", "error_message": self.says}),
                false => json!({"status": "processed"}),
            });
        }
        let answer = json!({
            "num_events_received": events.len(),
            "num_events_processed": events.iter().filter(|e| e["status"] == "processed").count(),
            "events": events,
        });
        Ok(Answer {
            status: 200,
            body: answer.to_string().into_bytes(),
            ..Answer::default()
        })
    }
}

/// Delivers what waits.
pub fn lead(spool_dir: &SpoolDir, pinterest: &mut Pinterest) -> Result<Tally, SpoolError> {
    lead_by(spool_dir, pinterest, false)
}

/// The same by any client, in test mode in calls of twenty.
pub fn lead_by(
    spool_dir: &SpoolDir,
    client: &mut dyn Client,
    test: bool,
) -> Result<Tally, SpoolError> {
    let settings = Settings {
        endpoint: String::new(),
        token: Secret::new(String::new()),
        test,
        generation: 0,
        late: Late::Send,
        transport: Transport::default(),
    };
    let until = Until {
        deadline: Some(Instant::now() + Duration::from_secs(20)),
        idle: Duration::ZERO,
        linger: false,
    };
    let waker = Waker::new().unwrap();
    drain(spool_dir, &settings, client, &waker, &until, &Clock)
}

/// `(event_id, verdict)` of every order settled, oldest first.
pub fn verdicts(spool_dir: &SpoolDir) -> Vec<(String, Verdict)> {
    let (_, settled) = Verdicts::new(spool_dir).after("", usize::MAX).unwrap();
    let settled = settled.into_iter();
    settled.map(|one| (one.event_id, one.verdict)).collect()
}
