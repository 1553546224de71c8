//! What the Rust tests share: a spool in a temporary directory, a peer that
//! answers as it is told, and events to send.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use pinrelay::event::{Key, Raw};
use pinrelay::relay::{Host, Ini, Relay};
use pinrelay::spool::RealDisk;
use serde_json::{Value, json};

/// Ten times what the slowest machine should need: a test that hangs must end.
pub const GUARD: Duration = Duration::from_secs(60);

/// What the peer does with a request.
pub type Answer = Arc<dyn Fn(&Request) -> Response + Send + Sync>;

/// One request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub target: String,
    pub headers: Vec<String>,
    pub body: String,
}

impl Request {
    /// The ids of its events, in order.
    pub fn ids(&self) -> Vec<String> {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        let events = body["data"].as_array().cloned().unwrap_or_default();
        events
            .iter()
            .map(|event| event["event_id"].as_str().unwrap_or_default().to_owned())
            .collect()
    }
}

/// What to answer.
pub struct Response {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: String,
}

impl Response {
    pub fn new(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// The answer of an API that takes everything, but for `failed`.
    pub fn processed(request: &Request, failed: &[&str]) -> Self {
        let ids = request.ids();
        let is_failed = |id: &String| failed.contains(&id.as_str());
        let events: Vec<Value> = ids
            .iter()
            .map(|id| match is_failed(id) {
                true => json!({"status": "failed", "error_message": format!("bad {id}")}),
                false => json!({"status": "processed"}),
            })
            .collect();
        let good = ids.iter().filter(|id| !is_failed(id)).count();
        Self::new(
            200,
            json!({"num_events_received": ids.len(), "num_events_processed": good, "events": events})
                .to_string(),
        )
    }

    /// An error of the API.
    pub fn error(status: u16, message: &str) -> Self {
        Self::new(status, json!({"code": 1, "message": message}).to_string())
    }
}

/// An HTTP server on this machine that remembers what it was asked.
pub struct Peer {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    answer: Arc<Mutex<Answer>>,
}

impl Peer {
    pub fn new(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let peer = Self {
            url: format!("http://{}/v5", listener.local_addr().unwrap()),
            seen: Arc::default(),
            answer: Arc::new(Mutex::new(Arc::new(answer))),
        };
        let (seen, answer) = (Arc::clone(&peer.seen), Arc::clone(&peer.answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                std::thread::spawn(move || serve(&stream, &seen, &answer));
            }
        });
        peer
    }

    /// A peer that takes everything.
    pub fn good() -> Self {
        Self::new(|request| Response::processed(request, &[]))
    }

    /// A peer that takes everything from whoever has this token.
    pub fn knowing(token: &'static str) -> Self {
        Self::new(
            move |request| match request.headers.iter().any(|h| h.ends_with(token)) {
                true => Response::processed(request, &[]),
                false => Response::error(401, "Authentication failed."),
            },
        )
    }

    pub fn now(&self, answer: impl Fn(&Request) -> Response + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// The ids of all events that arrived, in order.
    pub fn ids(&self) -> Vec<String> {
        self.requests().iter().flat_map(Request::ids).collect()
    }
}

fn serve(stream: &TcpStream, seen: &Mutex<Vec<Request>>, answer: &Mutex<Answer>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let target = line.split(' ').nth(1)?.to_owned();
        let mut headers = Vec::new();
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            if header.trim().is_empty() {
                break;
            }
            headers.push(header.trim().to_owned());
        }
        let length = headers
            .iter()
            .find_map(|header| {
                header
                    .to_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            })
            .unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let request = Request {
            target,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        let answer = Arc::clone(&*answer.lock().unwrap());
        let response = answer(&request);
        save(&request);
        seen.lock().unwrap().push(request);
        let mut text = format!(
            "HTTP/1.1 {} X\r\nContent-Length: {}\r\n",
            response.status,
            response.body.len()
        );
        for header in &response.headers {
            text.push_str(header);
            text.push_str("\r\n");
        }
        write!(&mut &*stream, "{text}\r\n{}", response.body).ok()?;
    }
}

/// Leaves the body where the schema check finds it.
fn save(request: &Request) {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../payloads");
    let _ = std::fs::create_dir_all(&dir);
    let name = format!("rust-{}.json", uuid::Uuid::new_v4());
    let _ = std::fs::write(dir.join(name), &request.body);
}

/// A shop: a spool of its own, and what it takes to make a `Relay`.
pub struct Shop {
    pub dir: tempfile::TempDir,
    pub options: Value,
    pub host: Host,
}

impl Shop {
    pub fn new(peer: &Peer) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let options = json!({
            "site": "https://shop.example",
            "ad_account_id": "549755885175",
            "access_token": "pina_secret",
            "spool_dir": dir.path().join("spool"),
            "api_base": peer.url,
        });
        Self {
            dir,
            options,
            host: Host {
                sapi: "cli".into(),
                ini: Ini {
                    timeout: "5".into(),
                    ..Ini::default()
                },
                disk: Arc::new(RealDisk),
            },
        }
    }

    /// A process that outlives its requests, so that it may have a thread.
    pub fn lasting(peer: &Peer) -> Self {
        let mut shop = Self::new(peer);
        shop.host.sapi = "fpm-fcgi".into();
        shop
    }

    pub fn relay(&self) -> Relay {
        self.relay_with(json!({}))
    }

    /// With other options in place of, or beside, its own.
    pub fn relay_with(&self, more: Value) -> Relay {
        let mut options = self.options.clone();
        for (key, value) in more.as_object().unwrap() {
            options[key] = value.clone();
        }
        Relay::new(&Raw::from(&options), &self.host).unwrap()
    }

    /// What the leader noted for the next one.
    pub fn state(&self) -> Value {
        let text = std::fs::read(self.file("state.json")).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Time passes: the wait that a failure earned is over.
    pub fn forget_wait(&self) {
        let mut state = self.state();
        state["retry_at"] = Value::Null;
        std::fs::write(self.file("state.json"), state.to_string()).unwrap();
    }

    /// A file or directory of the shop's only destination.
    pub fn file(&self, name: &str) -> PathBuf {
        let note = files(self.dir.path())
            .into_iter()
            .find(|path| path.ends_with("spool.json"));
        note.unwrap().with_file_name(name)
    }

    /// The paths of the segments that are there.
    pub fn segments(&self) -> Vec<String> {
        let paths = files(self.dir.path()).into_iter();
        let mut names: Vec<_> = paths
            .map(|path| path.to_string_lossy().into_owned())
            .filter(|path| path.ends_with(".seg") && path.contains("/seg/"))
            .collect();
        names.sort();
        names
    }

    /// Every byte of every file in the spool.
    pub fn bytes(&self) -> Vec<u8> {
        files(self.dir.path())
            .iter()
            .flat_map(|path| std::fs::read(path).unwrap_or_default())
            .collect()
    }
}

pub fn files(dir: &std::path::Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(path),
        }
    }
    found
}

pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.unwrap().as_secs().cast_signed()
}

/// A completed order.
pub fn order(id: &str) -> Value {
    json!({
        "event_name": "checkout",
        "event_id": id,
        "order_id": id,
        "currency": "EUR",
        "value": "59.98",
        "user": {
            "email": "Ada.Shopper@Example.com",
            "phone": "+49 30 901820",
            "first_name": "Adalbertine",
            "last_name": "Shopperowitz",
            "city": "Musterhausen",
            "ip": "203.0.113.7",
            "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
        },
        "items": [{"id": 7, "name": "Mug", "price": "29.99", "quantity": 2}],
    })
}

/// Something smaller.
pub fn visit(id: &str) -> Value {
    let mut event = order(id);
    event["event_name"] = json!("add_to_cart");
    event
}

pub fn at(mut event: Value, time: i64) -> Value {
    event["event_time"] = json!(time);
    event
}

pub fn capture(relay: &Relay, event: &Value) {
    relay.capture(&Raw::from(event)).unwrap();
}

pub fn ids<'a>(ids: &[&'a str]) -> Raw<'a> {
    let entries = (0..)
        .map(Key::Int)
        .zip(ids.iter().map(|id| Raw::Text((*id).into())));
    Raw::Map(entries.collect())
}

/// `(event_id, verdict)` of every order settled, oldest first.
pub fn verdicts(relay: &Relay) -> Vec<(String, String)> {
    with_verdicts(&relay.settled("", 100_000).unwrap()["events"])
}

/// The same of the newest 200 events of both lanes, the newest first.
pub fn recent(relay: &Relay) -> Vec<(String, String)> {
    with_verdicts(&relay.recent(1_000).unwrap())
}

fn with_verdicts(events: &Value) -> Vec<(String, String)> {
    let text = |event: &Value, key: &str| event[key].as_str().unwrap().to_owned();
    let events = events.as_array().unwrap().iter();
    events
        .map(|event| (text(event, "event_id"), text(event, "verdict")))
        .collect()
}

pub fn waiting(relay: &Relay) -> u64 {
    let status = relay.status().unwrap();
    status["waiting"]["revenue"].as_u64().unwrap() + status["waiting"]["visit"].as_u64().unwrap()
}

/// Waits for something that another thread does.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < GUARD, "waited in vain for: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
