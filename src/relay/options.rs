//! The options of a `Relay`, checked: every faulty one is named at once.

use std::fmt;
use std::path::{Path as FilePath, PathBuf};

use crate::delivery::Late;
use crate::event::fault::{Findings, Path};
use crate::event::fields::{self, Integers, fields};
use crate::event::{Fault, Raw};
use crate::spool::SpoolDir;

use super::ini::{self, Ini, Rules};

fields! {
    /// Options as the caller gave them.
    Given {
        site,
        ad_account_id,
        spool_dir,
        access_token,
        tag_id,
        test,
        enabled,
        api_base,
        generation,
        late,
    }
}

const API_BASE: &str = "https://api.pinterest.com/v5";
/// Ids of Pinterest: digits, at most so many (docs/wire-contract.md#endpoint,
/// #settings-checks).
const LONGEST_ID: usize = 18;
const LONGEST_TEXT: usize = 4_096;

/// One destination's options.
#[derive(Clone)]
pub struct Options {
    /// Which shop; part of its directory's name and of derived event ids.
    pub site: String,
    /// Digits.
    pub ad_account_id: String,
    /// Root of the spools.
    pub root: PathBuf,
    /// This destination's directory below it.
    pub dir: PathBuf,
    /// Without it nothing is sent.
    pub access_token: Option<String>,
    /// A destination of its own.
    pub test: bool,
    /// Nothing is captured or sent without it.
    pub enabled: bool,
    /// Without a slash at its end.
    pub api_base: String,
    /// Raised with each change of the shop's settings.
    pub generation: u64,
    /// For revenue events that miss the first hour.
    pub late: Late,
}

impl fmt::Debug for Options {
    /// Without the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("site", &self.site)
            .field("ad_account_id", &self.ad_account_id)
            .field("test", &self.test)
            .finish_non_exhaustive()
    }
}

/// Reads options and ini settings.
///
/// # Errors
/// Every fault in either.
pub fn read(raw: &Raw, ini: &Ini) -> Result<(Options, Rules), Vec<Fault>> {
    let mut found = Findings::default();
    let top = Path::Root;
    let rules = ini::read(ini, &mut found.faults);
    let given = Given::read(raw, &top, &mut found);

    let mut text = |field| {
        let text = fields::structural(field, Integers::AsText, &mut found)?;
        if fields::exceeds(&text, LONGEST_TEXT) || text.contains(char::is_control) {
            found.fault(field.at(), "holds control characters or is too long");
            return None;
        }
        Some(text.into_owned())
    };
    let site_text = text(given.site);
    let account_text = text(given.ad_account_id);
    let dir_text = text(given.spool_dir);
    let token_text = text(given.access_token);
    let tag_text = text(given.tag_id);
    let base_text = text(given.api_base);
    let late_text = text(given.late);

    for field in [given.site, given.ad_account_id] {
        if field.value().is_none() {
            found.fault(field.at(), "is missing");
        }
    }
    for (id, key) in [(&account_text, "ad_account_id"), (&tag_text, "tag_id")] {
        if id.as_deref().is_some_and(|id| !is_id(id)) {
            found.fault(top.field(key), "must be digits, 18 at most");
        }
    }
    if token_text.as_deref().is_some_and(|token| !is_token(token)) {
        found.fault(
            top.field("access_token"),
            "must be printable characters without spaces",
        );
    }
    let api_base = base_text.map_or_else(
        || API_BASE.to_owned(),
        |base| base.trim_end_matches('/').to_owned(),
    );
    if !is_base(&api_base) {
        found.fault(
            top.field("api_base"),
            "must be an https address (http only on this machine), without a query",
        );
    }
    let root = dir_text
        .map(PathBuf::from)
        .or_else(|| rules.spool_root.clone());
    match &root {
        None if given.spool_dir.value().is_none() => found.fault(
            top.field("spool_dir"),
            "is missing, and so is the ini setting pinrelay.spool_root",
        ),
        Some(root) if !root.is_absolute() => {
            found.fault(top.field("spool_dir"), "must be an absolute path");
        }
        _ => {}
    }
    let generation = match given.generation.value() {
        None => 0,
        Some(Raw::Int(number)) if *number >= 0 => number.cast_unsigned(),
        Some(_) => {
            found.fault(top.field("generation"), "must be an integer from 0 on");
            0
        }
    };
    let late = match late_text.as_deref() {
        None | Some("send") => Late::Send,
        Some("return") => Late::Return,
        Some(_) => {
            found.fault(top.field("late"), "must be 'send' or 'return'");
            Late::Send
        }
    };
    let test = fields::flag(given.test, &mut found).unwrap_or(false);
    let enabled = fields::flag(given.enabled, &mut found).unwrap_or(true);
    match (site_text, account_text, root) {
        (Some(site), Some(ad_account_id), Some(root)) if found.faults.is_empty() => {
            let root = normal(&root);
            let options = Options {
                dir: SpoolDir::path(&root, &site, &ad_account_id, test),
                site,
                ad_account_id,
                root,
                access_token: token_text,
                test,
                enabled,
                api_base,
                generation,
                late,
            };
            Ok((options, rules))
        }
        _ => Err(found.faults),
    }
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_token(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

/// A token must not cross a network in the clear.
fn is_base(text: &str) -> bool {
    let is_plain = |rest: &str| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_graphic() && !b"?#@\\".contains(&b))
    };
    if let Some(rest) = text.strip_prefix("https://") {
        return is_plain(rest);
    }
    let Some(rest) = text.strip_prefix("http://") else {
        return false;
    };
    let host = rest.split('/').next().unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let is_loopback = name == "localhost"
        || name == "[::1]"
        || name
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback());
    is_loopback && is_plain(rest)
}

/// `/a/./b//c/` and `/a/b/c` are one spool.
fn normal(path: &FilePath) -> PathBuf {
    path.components().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults(options: serde_json::Value) -> Vec<String> {
        match read(&Raw::from(&options), &Ini::default()) {
            Ok(_) => Vec::new(),
            Err(faults) => faults.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn the_least_that_is_needed() {
        let options =
            json!({"site": "s", "ad_account_id": 549755885175i64, "spool_dir": "/s/./p/"});
        let (options, _) = read(&Raw::from(&options), &Ini::default()).unwrap();
        assert_eq!(options.ad_account_id, "549755885175");
        assert_eq!(options.root, FilePath::new("/s/p"));
        assert!(options.enabled && !options.test);
    }

    #[test]
    fn every_faulty_option_is_named() {
        let given = json!({
            "site": "", "ad_account_id": "12a", "spool_dir": "relative", "access_token": "pina_x y",
            "tag_id": "1234567890123456789", "test": "yes", "enabled": 1, "api_base": "http://api.example",
            "generation": -1, "late": "never", "token": "x",
        });
        let named = faults(given.clone());
        for key in given.as_object().unwrap().keys() {
            assert!(
                named
                    .iter()
                    .any(|fault| fault.starts_with(&format!("{key}: "))),
                "{key}: {named:?}"
            );
        }
        assert!(!named.iter().any(|fault| fault.contains("pina_x")));
    }

    #[test]
    fn a_token_is_sent_in_the_clear_on_this_machine_only() {
        for (base, good) in [
            ("https://api.pinterest.com/v5", true),
            ("http://127.0.0.1:4100/v5/", true),
            ("http://localhost/v5", true),
            ("http://[::1]:80/v5", true),
            ("http://127.0.0.1.attacker.example/v5", false),
            ("http://10.0.0.1/v5", false),
            ("https://user@host/v5", false),
            ("ftp://host", false),
            ("https://", false),
        ] {
            let options =
                json!({"site": "s", "ad_account_id": "1", "spool_dir": "/s", "api_base": base});
            assert_eq!(faults(options).is_empty(), good, "{base}");
        }
    }

    #[test]
    fn a_dump_does_not_show_the_token() {
        let options =
            json!({"site": "s", "ad_account_id": "1", "spool_dir": "/s", "access_token": "pina_x"});
        let (options, _) = read(&Raw::from(&options), &Ini::default()).unwrap();
        assert!(!format!("{options:?}").contains("pina_x"));
    }
}
