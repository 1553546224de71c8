//! One call to Pinterest.
//!
//! It must not know what an answer means. It never logs or keeps a token.

use std::fs::OpenOptions;
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;
use ureq::config::Config;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use super::{Secret, Settings, Transport};

/// A result for each of 1000 events fits many times over.
const LONGEST_ANSWER: u64 = 4 << 20;

const NO_HOST: &str = "the host name was not found";

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// `Date`.
    pub date: Option<String>,
    /// `x-ratelimit-reset`.
    pub ratelimit_reset: Option<String>,
    /// `x-ratelimit-remaining`.
    pub ratelimit_remaining: Option<String>,
    /// At most 4 MiB of it; what was longer does not parse, and is unread.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFailed {
    /// The proxy did not let the call through; it answered with this status.
    #[error("the proxy answered with HTTP {0}")]
    Proxy(u16),
    /// Nobody knows whether the events arrived; in words for the owner.
    #[error("{0}")]
    Lost(String),
}

/// Whoever can make a call; a test may be one.
pub trait Client {
    /// Posts one body and waits for the answer, at most `limit`.
    ///
    /// # Errors
    /// Whatever kept an answer from coming.
    fn post(&mut self, body: &[u8], test: bool, limit: Duration) -> Result<Answer, CallFailed>;
}

/// The real one: one kept-alive connection, redirects refused.
pub struct Http {
    agent: Agent,
    config: Config,
    endpoint: String,
    authorization: String,
}

impl Http {
    /// Connects to nothing yet. What it opens later belongs to the thread that
    /// calls, and must not be shared with a forked child.
    pub fn new(settings: &Settings, config: Config) -> Self {
        Self {
            agent: config.new_agent(),
            config,
            endpoint: settings.endpoint.clone(),
            authorization: format!("Bearer {}", settings.token.reveal()),
        }
    }

    /// The same with a connection of its own, for another thread.
    #[must_use]
    pub fn another(&self) -> Self {
        Self {
            agent: self.config.new_agent(),
            config: self.config.clone(),
            endpoint: self.endpoint.clone(),
            authorization: self.authorization.clone(),
        }
    }
}

impl Client for Http {
    fn post(&mut self, body: &[u8], test: bool, limit: Duration) -> Result<Answer, CallFailed> {
        let query = if test { "?test=true" } else { "" };
        let mut response = self
            .agent
            .post(format!("{}{query}", self.endpoint))
            .config()
            .timeout_global(Some(limit))
            .build()
            .header("Authorization", &self.authorization)
            .content_type("application/json")
            .send(body)
            .map_err(|error| failure(&error))?;
        let header = |name: &str| {
            let value = response.headers().get(name)?.to_str().ok()?;
            Some(value.to_owned())
        };
        let mut answer = Answer {
            status: response.status().as_u16(),
            retry_after: header("retry-after"),
            date: header("date"),
            ratelimit_reset: header("x-ratelimit-reset"),
            ratelimit_remaining: header("x-ratelimit-remaining"),
            body: Vec::new(),
        };
        // Read to its end, or the connection is not used again.
        response
            .body_mut()
            .as_reader()
            .take(LONGEST_ANSWER)
            .read_to_end(&mut answer.body)
            .map_err(|error| CallFailed::Lost(format!("the answer broke off: {}", kind(&error))))?;
        Ok(answer)
    }
}

/// What went wrong, by its kind alone: the error's own words may hold the
/// proxy's address with its password, or what a peer chose to say.
fn failure(error: &ureq::Error) -> CallFailed {
    CallFailed::Lost(match error {
        ureq::Error::ConnectProxyFailed(reason) => match proxy_status(reason) {
            Some(status) => return CallFailed::Proxy(status),
            None => "the proxy did not answer".to_owned(),
        },
        ureq::Error::Timeout(what) => format!("no answer in time ({what})"),
        ureq::Error::HostNotFound => NO_HOST.to_owned(),
        // As the standard library words it; its kind has no name.
        ureq::Error::Io(error) if error.to_string().starts_with("failed to lookup address") => {
            NO_HOST.to_owned()
        }
        // What the library has against a certificate, or against what is no TLS.
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
            format!("no secure connection: {error}")
        }
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        ureq::Error::Io(error) => format!("the connection failed: {}", kind(error)),
        ureq::Error::Rustls(error) => format!("no secure connection: {error}"),
        ureq::Error::Tls(error) => format!("no secure connection: {error}"),
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => {
            "the answer is no HTTP".to_owned()
        }
        _ => "the call failed".to_owned(),
    })
}

/// An input or output error as the system names it. One that a library made
/// up has words of its own, and only its kind is told.
fn kind(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(_) => error.to_string(),
        None => error.kind().to_string(),
    }
}

/// The status in the library's "proxy server responded 407/407".
fn proxy_status(reason: &str) -> Option<u16> {
    let digits = reason.rsplit(['/', ' ']).next()?;
    digits.parse().ok()
}

/// Builds the agent's configuration. Must run on PHP's thread: the library
/// reads the environment here, and `putenv()` may change it at any time.
///
/// # Errors
/// When the CA file or the proxy cannot be used; in words for the owner.
pub fn transport(transport: &Transport, endpoint: &str) -> Result<Config, String> {
    let mut tls = TlsConfig::builder();
    if let Some(cafile) = &transport.cafile {
        let pem = read(cafile).map_err(|error| {
            format!("cannot read pinrelay.cafile {}: {error}", cafile.display())
        })?;
        let roots: Vec<Certificate<'static>> = parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if roots.is_empty() {
            return Err(format!(
                "pinrelay.cafile {} holds no certificate",
                cafile.display()
            ));
        }
        tls = tls.root_certs(RootCerts::from(roots));
    }
    let setting = transport.proxy.as_ref().map(Secret::reveal);
    let proxy = proxy_for(setting, endpoint, |name| std::env::var(name).ok())
        .map(|proxy| Proxy::new(&proxy))
        .transpose()
        .map_err(|_| "pinrelay.proxy is not a proxy's address".to_owned())?;
    Ok(Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(Some(transport.connect_timeout))
        .timeout_connect(Some(transport.connect_timeout))
        .user_agent(concat!("Pinrelay/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls.build())
        .proxy(proxy)
        .build())
}

/// Reads a file, and waits for nobody, as on a named pipe: this may be the
/// thread of a visitor's request.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The proxy for an address: the setting, else the variables that curl reads,
/// in lower case only. `HTTP_PROXY` may be a visitor's `Proxy:` header. What
/// listens on this machine is never reached by way of another.
fn proxy_for(
    setting: Option<&str>,
    endpoint: &str,
    env: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    if let Some(setting) = setting {
        return Some(setting.to_owned());
    }
    let (scheme, rest) = endpoint.split_once("://")?;
    let host = rest.split(['/', '?']).next()?;
    let name = host
        .rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let exempt = env("no_proxy").unwrap_or_default();
    let is_exempt = exempt
        .split(',')
        .map(|entry| entry.trim().trim_start_matches('.'))
        .filter(|entry| !entry.is_empty())
        .any(|entry| entry == "*" || name == entry || name.ends_with(&format!(".{entry}")));
    if is_exempt || name == "localhost" || name.starts_with("127.") || name == "[::1]" {
        return None;
    }
    [format!("{scheme}_proxy"), "all_proxy".to_owned()]
        .iter()
        .filter_map(|name| env(name))
        .find(|proxy| !proxy.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proxy_is_the_setting_else_what_curl_would_take() {
        let env = |name: &str| match name {
            "https_proxy" => Some("http://one:1".to_owned()),
            "all_proxy" => Some("http://all:1".to_owned()),
            "HTTP_PROXY" => Some("http://attacker:1".to_owned()),
            "no_proxy" => Some("internal.example, .local".to_owned()),
            _ => None,
        };
        for (setting, endpoint, expected) in [
            (None, "https://api.pinterest.com/v5", Some("http://one:1")),
            (None, "http://api.example/v5", Some("http://all:1")),
            (None, "https://a.internal.example/", None),
            (None, "https://box.local:8443/", None),
            (None, "http://127.0.0.1:8080/v5", None),
            (None, "http://localhost/v5", None),
            (
                Some("http://two:2"),
                "https://api.pinterest.com/v5",
                Some("http://two:2"),
            ),
        ] {
            assert_eq!(
                proxy_for(setting, endpoint, env).as_deref(),
                expected,
                "{endpoint}"
            );
        }
    }
}
