//! What a sender is told: where to, as whom, and how patiently.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A text that must not reach a log, a dump or an error.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself; for the connection alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What to do with a revenue event that missed the first hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Late {
    /// Deliver it anyway.
    #[default]
    Send,
    /// Settle it as `late`, for the caller to decide.
    Return,
}

/// Everything a sender needs to know; fixed for its life.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `<base>/ad_accounts/<id>/events`, without a query.
    pub endpoint: String,
    /// Sent as a bearer token.
    pub token: Secret,
    /// Adds `?test=true`, and at most 20 events a call.
    pub test: bool,
    /// Raised by the shop with each change; a higher one on disk ends this sender.
    pub generation: u64,
    /// For revenue events that are late.
    pub late: Late,
    /// How to reach Pinterest.
    pub transport: Transport,
}

/// How long to lead.
#[derive(Clone, Copy, Debug)]
pub struct Until {
    /// Leave then, whatever waits.
    pub deadline: Option<Instant>,
    /// Leave when nothing has waited for this long.
    pub idle: Duration,
    /// Wait a moment for more events before a call.
    pub linger: bool,
}

/// How to reach Pinterest; from the ini settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// `http://`, `https://` or `socks5://` address of a proxy, in which there may
    /// be a password.
    pub proxy: Option<Secret>,
    /// PEM file of certificate authorities; the built-in list when absent.
    pub cafile: Option<PathBuf>,
    /// For name, connection and TLS.
    pub connect_timeout: Duration,
    /// For a whole call.
    pub timeout: Duration,
    /// Calls in flight at the same time, at most.
    pub concurrency: usize,
}

impl Default for Transport {
    fn default() -> Self {
        Self {
            proxy: None,
            cafile: None,
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(10),
            concurrency: 4,
        }
    }
}
