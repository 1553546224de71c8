//! The match keys: each read, normalised by its rule, hashed where Pinterest
//! wants it hashed. docs/wire-contract.md#user-data. Nothing leaves this module
//! that names a person, but for the IP address and user agent, which may not be
//! hashed.

use std::borrow::Cow;

use super::fault::{Findings, Path};
use super::fields::{self, Field, Integers, fields};
use super::hash::Hash;
use super::raw::Raw;
use super::text::{Text, Texts};
use super::{person, phone, place, visitor};

/// The match keys of one person, by Pinterest's names.
#[derive(Clone, Default, PartialEq)]
pub struct UserData {
    /// Those that are hashed, in a fixed order; all of one name together.
    hashes: Vec<(&'static str, Hash)>,
    /// Plain, because Pinterest cannot use it otherwise.
    pub(crate) client_ip_address: Option<Text>,
    /// Plain likewise.
    pub(crate) client_user_agent: Option<Text>,
    /// The value of `_epik`.
    pub(crate) click_id: Option<Text>,
    /// An integration partner's id.
    pub(crate) partner_id: Option<Text>,
}

fields! {
    /// A person as the caller described one.
    Given {
        email,
        phone,
        first_name,
        last_name,
        gender,
        birthdate,
        city,
        state,
        postcode,
        country,
        external_id,
        hashed_maids,
        ip,
        user_agent,
        click_id,
        partner_id,
    }
}

/// Names of hashed keys that Pinterest has; nearly all persons have one value of each.
const HASHED_KEYS: usize = 12;

/// More values of one key than a person has. Pinterest states no limit.
const MOST_VALUES: usize = 50;

/// The caller's names of those keys that Pinterest can match by alone, or in a pair.
const SUFFICIENT: [&str; 4] = ["email", "hashed_maids", "ip", "user_agent"];

/// Reads `user`. The person's birthdate is held against `now`, in unix seconds.
pub(super) fn read(
    field: Field<'_>,
    now: i64,
    texts: &mut Texts,
    findings: &mut Findings,
) -> UserData {
    let warned = findings.warnings.len();
    let user = match field.value() {
        Some(raw @ Raw::Map(_)) => keys(raw, &field.at(), now, texts, findings),
        Some(other) => {
            let message = format!("must be an array of match keys, not {}", other.kind());
            findings.fault(field.at(), message);
            return UserData::default();
        }
        None => UserData::default(),
    };
    if !user.suffices() {
        findings.fault(
            field.at(),
            "no sufficient match key: needs a usable email, hashed_maids, or ip and user_agent",
        );
        // What was given for it and could not be used is now the reason for the fault.
        let reasons = findings.warnings.drain(warned..).filter(|warning| {
            let key = warning.path.strip_prefix("user.").unwrap_or_default();
            SUFFICIENT.iter().any(|name| key.starts_with(name))
        });
        findings.faults.extend(reasons);
    }
    user
}

fn keys(
    raw: &Raw,
    at: &Path<'_>,
    now: i64,
    texts: &mut Texts,
    findings: &mut Findings,
) -> UserData {
    use Integers::{AsText, Refused};
    let given = Given::read(raw, at, findings);
    let home = given.country.value().and_then(home_country);
    let mut keys = Keys::new(findings);
    keys.hash("em", given.email, Refused, person::email);
    keys.hash("ph", given.phone, Refused, |text, normal| {
        phone::digits(text, home, normal)
    });
    keys.hash("fn", given.first_name, Refused, person::name);
    keys.hash("ln", given.last_name, Refused, person::name);
    keys.hash("ge", given.gender, Refused, person::gender);
    keys.hash("db", given.birthdate, Refused, |text, normal| {
        person::birthdate(text, normal, now)
    });
    keys.hash("ct", given.city, Refused, place::city);
    keys.hash("st", given.state, Refused, |text, normal| {
        place::state(text, home, normal)
    });
    keys.hash("zp", given.postcode, Refused, place::postcode);
    keys.hash("country", given.country, Refused, place::country);
    keys.hash("external_id", given.external_id, AsText, person::outside_id);
    let maids = given.hashed_maids;
    keys.hash("hashed_maids", maids, Refused, person::advertising_id);
    let hashes = keys.hashes;
    let mut plain = |field, integers, rule| plain(field, integers, rule, texts, findings);
    UserData {
        hashes,
        client_ip_address: plain(given.ip, Refused, visitor::ip),
        client_user_agent: plain(given.user_agent, Refused, visitor::user_agent),
        click_id: plain(given.click_id, AsText, visitor::opaque_id),
        partner_id: plain(given.partner_id, AsText, visitor::opaque_id),
    }
}

impl UserData {
    /// Whether Pinterest takes an event with these keys: `em`, `hashed_maids`, or
    /// address and user agent together. docs/wire-contract.md#user-data.
    fn suffices(&self) -> bool {
        let browser = self.client_ip_address.is_some() && self.client_user_agent.is_some();
        browser || self.has("em") || self.has("hashed_maids")
    }

    /// Whether there is a hash by this name of Pinterest's.
    pub(super) fn has(&self, name: &str) -> bool {
        self.hashes.iter().any(|(key, _)| *key == name)
    }

    /// How many hashes there are.
    pub(super) fn hash_count(&self) -> usize {
        self.hashes.len()
    }

    /// The hashes of each key that has any, in a fixed order, by Pinterest's names.
    pub(crate) fn hashed(&self) -> impl Iterator<Item = (&'static str, &[(&'static str, Hash)])> {
        self.hashes
            .chunk_by(|(one, _), (next, _)| one == next)
            .filter_map(|of_key| Some((of_key.first()?.0, of_key)))
    }

    /// The plain keys in a fixed order, by Pinterest's names.
    pub(crate) fn plain(&self) -> [(&'static str, Option<Text>); 4] {
        [
            ("client_ip_address", self.client_ip_address),
            ("client_user_agent", self.client_user_agent),
            ("click_id", self.click_id),
            ("partner_id", self.partner_id),
        ]
    }
}

/// The first country given that is one, for reading national phone numbers.
fn home_country(raw: &Raw) -> Option<&'static str> {
    let code = |raw: &Raw| match raw {
        Raw::Text(text) => place::country_code(text.trim()),
        _ => None,
    };
    match raw {
        Raw::Map(list) => list.iter().find_map(|(_, raw)| code(raw)),
        raw => code(raw),
    }
}

/// A visitor's id as events carry it; none where it would be left out of them.
pub(crate) fn external_id(text: &str) -> Option<Hash> {
    let mut findings = Findings::default();
    let raw = Raw::Text(text.into());
    Keys::new(&mut findings).value(&raw, Integers::AsText, Path::Root, person::outside_id)
}

/// Hashes what rules make of values. Holds the one buffer in which all are normalised.
struct Keys<'f> {
    hashes: Vec<(&'static str, Hash)>,
    findings: &'f mut Findings,
    normal: String,
}

impl<'f> Keys<'f> {
    fn new(findings: &'f mut Findings) -> Self {
        Self {
            hashes: Vec::with_capacity(HASHED_KEYS),
            findings,
            normal: String::with_capacity(64),
        }
    }

    /// Adds the hashes of one value or a list of them, each once, in the order given.
    fn hash(
        &mut self,
        name: &'static str,
        field: Field<'_>,
        integers: Integers,
        rule: impl Fn(&str, &mut String) -> Result<(), &'static str>,
    ) {
        let first = self.hashes.len();
        match field.value() {
            None => {}
            Some(Raw::Map(_)) => {
                let given = fields::list(field, "strings", self.findings);
                for (index, value) in given.iter().take(MOST_VALUES) {
                    let parent = field.at();
                    let at = parent.entry(*index);
                    if let Some(value) = fields::present(value)
                        && let Some(hash) = self.value(value, integers, at, &rule)
                        && !self.hashes[first..].contains(&(name, hash))
                    {
                        self.hashes.push((name, hash));
                    }
                }
                if given.len() > MOST_VALUES {
                    let message = format!("only the first {MOST_VALUES} values are sent");
                    self.findings.warn(field.at(), message);
                }
            }
            Some(single) => {
                if let Some(hash) = self.value(single, integers, field.at(), &rule) {
                    self.hashes.push((name, hash));
                }
            }
        }
    }

    fn value(
        &mut self,
        raw: &Raw,
        integers: Integers,
        at: Path<'_>,
        rule: impl Fn(&str, &mut String) -> Result<(), &'static str>,
    ) -> Option<Hash> {
        let text = &*fields::readable(raw, integers, at, self.findings)?;
        if text.is_empty() {
            return None;
        }
        let hashed = match Hash::already(text) {
            Some(hash) if stands_for_nothing(&hash) => Err("the hash of an empty or dummy text"),
            Some(hash) => Ok(hash),
            None if is_placeholder(text) => Err(PLACEHOLDER),
            None => {
                self.normal.clear();
                rule(text, &mut self.normal).map(|()| Hash::of(&self.normal))
            }
        };
        hashed
            .map_err(|reason| self.findings.left_out(at, reason))
            .ok()
    }
}

/// The text of a key that is not hashed.
fn plain(
    field: Field<'_>,
    integers: Integers,
    rule: fn(&str) -> Result<Cow<'_, str>, &'static str>,
    texts: &mut Texts,
    findings: &mut Findings,
) -> Option<Text> {
    let text = &*fields::readable(field.value()?, integers, field.at(), findings)?;
    if text.is_empty() {
        return None;
    }
    let plain = match is_placeholder(text) {
        true => Err(PLACEHOLDER),
        false => rule(text),
    };
    plain
        .map(|plain| texts.keep(&plain))
        .map_err(|reason| findings.left_out(field.at(), reason))
        .ok()
}

const PLACEHOLDER: &str = "a placeholder that no template filled in";

/// `<user_email_address>`, `{{ user.email }}`, `%EMAIL%` and the like.
fn is_placeholder(text: &str) -> bool {
    [("<", ">"), ("{", "}"), ("%", "%")]
        .iter()
        .any(|(open, close)| text.len() > 1 && text.starts_with(open) && text.ends_with(close))
}

/// Hashes that callers make of nothing: the empty text, and the placeholder of
/// Pinterest's own sample, which the tag library refuses as well.
fn stands_for_nothing(hash: &Hash) -> bool {
    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const SAMPLE: &str = "24aba99b2defbb47ee981b4200313f61f3ae31541d8717bdac1e463c838939b0";
    [EMPTY, SAMPLE].contains(&hash.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hashes_of_nothing_are_known() {
        for nothing in ["", "<user_email_address>"] {
            assert!(stands_for_nothing(&Hash::of(nothing)), "{nothing}");
        }
        assert!(!stands_for_nothing(&Hash::of("john.doe@example.com")));
    }

    #[test]
    fn a_placeholder_is_told_from_text_that_only_holds_brackets() {
        for text in ["<user_email_address>", "{{ email }}", "%EMAIL%", "{id}"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["a<b>c", "%", "50%", "Anne {x", "<3"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
