//! The ini settings: texts in, rules out. Every faulty one is reported at once.
//!
//! It must not read PHP's configuration by itself, nor know what the rules do.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use log::LevelFilter;

use crate::delivery::{Secret, Transport};
use crate::event::Fault;
use crate::spool::{Durability, Limits};

const MEBI: u64 = 1 << 20;
/// Some 200,000 events.
const MAX_BYTES: u64 = 256 * MEBI;
/// Space for a few events at least, or nothing could ever be captured.
const LEAST_MAX_BYTES: u64 = MEBI;
/// Each costs a thread, a connection and about two megabytes while it is used.
const MOST_CONCURRENCY: usize = 16;

/// The settings as PHP has them, each without its `pinrelay.` prefix.
#[derive(Clone)]
pub struct Ini {
    /// Where spools lie when the options do not say.
    pub spool_root: String,
    /// `auto` or `off`.
    pub sender: String,
    /// `off`, `checkout` or `all`.
    pub durability: String,
    /// Bytes, with `K`, `M` or `G`.
    pub max_bytes: String,
    /// Address of a proxy; empty for what the environment says.
    pub proxy: String,
    /// PEM file; empty for the built-in list.
    pub cafile: String,
    /// Seconds.
    pub connect_timeout: String,
    /// Seconds, for a whole call.
    pub timeout: String,
    /// Calls in flight at the same time, at most.
    pub concurrency: String,
    /// `off`, `error`, `warn`, `info` or `debug`.
    pub log_level: String,
}

impl fmt::Debug for Ini {
    /// Without the proxy's address: it may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ini").finish_non_exhaustive()
    }
}

impl Default for Ini {
    fn default() -> Self {
        let transport = Transport::default();
        Self {
            spool_root: String::new(),
            sender: "auto".to_owned(),
            durability: "off".to_owned(),
            max_bytes: format!("{}M", MAX_BYTES / MEBI),
            proxy: String::new(),
            cafile: String::new(),
            connect_timeout: transport.connect_timeout.as_secs().to_string(),
            timeout: transport.timeout.as_secs().to_string(),
            concurrency: transport.concurrency.to_string(),
            log_level: "warn".to_owned(),
        }
    }
}

/// The settings as values.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whether a thread may be started.
    pub sender: bool,
    /// For the writer.
    pub limits: Limits,
    /// For the client.
    pub transport: Transport,
    /// For the log beside the spool.
    pub log_level: LevelFilter,
    /// Where spools lie when the options do not say.
    pub spool_root: Option<PathBuf>,
}

/// Reads every setting; each that cannot be used is named in `faults`.
pub fn read(ini: &Ini, faults: &mut Vec<Fault>) -> Rules {
    let mut say = |name: &str, rule: &str| {
        faults.push(Fault {
            path: format!("pinrelay.{name}"),
            message: rule.to_owned(),
        });
    };
    let sender = match ini.sender.as_str() {
        "auto" => true,
        "off" => false,
        _ => {
            say("sender", "must be auto or off");
            false
        }
    };
    let durability = match ini.durability.as_str() {
        "off" => Durability::Off,
        "checkout" => Durability::Checkout,
        "all" => Durability::All,
        _ => {
            say("durability", "must be off, checkout or all");
            Durability::All
        }
    };
    let max_bytes = bytes(&ini.max_bytes).filter(|bytes| *bytes >= LEAST_MAX_BYTES);
    if max_bytes.is_none() {
        say(
            "max_bytes",
            "must be a number of bytes, such as 256M, and at least 1M",
        );
    }
    let proxy = text(&ini.proxy);
    if let Some(proxy) = proxy
        && ![
            "http://",
            "https://",
            "socks4://",
            "socks4a://",
            "socks5://",
        ]
        .iter()
        .any(|scheme| proxy.starts_with(scheme))
    {
        say(
            "proxy",
            "must be an address such as http://proxy.example:3128",
        );
    }
    let cafile = absolute(&ini.cafile);
    if cafile.is_none() && !ini.cafile.is_empty() {
        say("cafile", "must be an absolute path");
    }
    let spool_root = absolute(&ini.spool_root);
    if spool_root.is_none() && !ini.spool_root.is_empty() {
        say("spool_root", "must be an absolute path");
    }
    let defaults = Transport::default();
    let mut seconds = |name: &str, text: &str, default: Duration| {
        let valid = text.parse().ok().filter(|s| (0.1..=120.0).contains(s));
        if valid.is_none() {
            say(name, "must be a number of seconds from 0.1 to 120");
        }
        valid.map_or(default, Duration::from_secs_f64)
    };
    let connect_timeout = seconds(
        "connect_timeout",
        &ini.connect_timeout,
        defaults.connect_timeout,
    );
    let timeout = seconds("timeout", &ini.timeout, defaults.timeout);
    let concurrency = ini.concurrency.trim().parse().ok();
    let concurrency = concurrency.filter(|calls| (1..=MOST_CONCURRENCY).contains(calls));
    if concurrency.is_none() {
        say("concurrency", "must be a number of calls from 1 to 16");
    }
    let log_level = ini.log_level.parse();
    if log_level.is_err() {
        say("log_level", "must be off, error, warn, info or debug");
    }
    Rules {
        sender,
        limits: Limits {
            durability,
            max_bytes: max_bytes.unwrap_or(MAX_BYTES),
        },
        transport: Transport {
            proxy: proxy.map(|proxy| Secret::new(proxy.to_owned())),
            cafile,
            connect_timeout,
            timeout,
            concurrency: concurrency.unwrap_or(defaults.concurrency),
        },
        log_level: log_level.unwrap_or(LevelFilter::Warn),
        spool_root,
    }
}

/// What may be shown of a proxy's address: the part behind its name and password.
pub fn without_password(proxy: &str) -> &str {
    proxy.rsplit_once('@').map_or(proxy, |(_, host)| host)
}

fn text(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

fn absolute(path: &str) -> Option<PathBuf> {
    let path = Path::new(path);
    path.is_absolute().then(|| path.to_owned())
}

/// A number of bytes in PHP's shorthand.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let (digits, unit) = match text.as_bytes().last()?.to_ascii_uppercase() {
        b'K' => (&text[..text.len() - 1], 1 << 10),
        b'M' => (&text[..text.len() - 1], MEBI),
        b'G' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid() {
        let mut faults = Vec::new();
        let rules = read(&Ini::default(), &mut faults);
        assert_eq!(faults, []);
        assert!(rules.sender);
        assert_eq!(rules.limits.max_bytes, MAX_BYTES);
    }

    #[test]
    fn every_setting_that_cannot_be_used_is_named() {
        let mut faults = Vec::new();
        read(
            &Ini {
                spool_root: "relative".into(),
                sender: "on".into(),
                durability: "yes".into(),
                max_bytes: "12X".into(),
                proxy: "proxy:3128".into(),
                cafile: "ca.pem".into(),
                connect_timeout: "NaN".into(),
                timeout: "0".into(),
                concurrency: "17".into(),
                log_level: "loud".into(),
            },
            &mut faults,
        );
        let mut named: Vec<_> = faults.iter().map(|fault| &*fault.path).collect();
        named.sort_unstable();
        assert_eq!(
            named,
            [
                "pinrelay.cafile",
                "pinrelay.concurrency",
                "pinrelay.connect_timeout",
                "pinrelay.durability",
                "pinrelay.log_level",
                "pinrelay.max_bytes",
                "pinrelay.proxy",
                "pinrelay.sender",
                "pinrelay.spool_root",
                "pinrelay.timeout",
            ]
        );
    }

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        for (proxy, shown) in [
            ("", ""),
            ("http://proxy.example:3128", "http://proxy.example:3128"),
            (
                "http://ada:open@sesame@proxy.example:3128",
                "proxy.example:3128",
            ),
        ] {
            assert_eq!(without_password(proxy), shown);
        }
    }

    #[test]
    fn sizes_are_read_as_php_reads_them() {
        for (text, expected) in [
            ("1048576", Some(MEBI)),
            ("2m", Some(2 * MEBI)),
            ("1G", Some(1 << 30)),
            ("", None),
            ("M", None),
            ("-1", None),
            ("99999999999999G", None),
        ] {
            assert_eq!(bytes(text), expected, "{text}");
        }
    }
}
