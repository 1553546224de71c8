//! The match keys: each read, normalised by its rule, hashed where Pinterest
//! wants it hashed. docs/wire-contract.md#user-data. Nothing leaves this module
//! that names a person, but for the IP address and user agent, which may not be
//! hashed.

use super::fault::{Findings, Path};
use super::fields::{self, Integers};
use super::hash::Hash;
use super::raw::Raw;
use super::{person, phone, place, visitor};

/// The match keys of one person, by Pinterest's names.
#[derive(Clone, Default, PartialEq)]
pub struct UserData {
    /// E-mail addresses.
    pub(crate) em: Vec<Hash>,
    /// Phone numbers.
    pub(crate) ph: Vec<Hash>,
    /// First names.
    pub(crate) fn_: Vec<Hash>,
    /// Last names.
    pub(crate) ln: Vec<Hash>,
    /// Gender.
    pub(crate) ge: Vec<Hash>,
    /// Birthdate.
    pub(crate) db: Vec<Hash>,
    /// City.
    pub(crate) ct: Vec<Hash>,
    /// State.
    pub(crate) st: Vec<Hash>,
    /// Postcode.
    pub(crate) zp: Vec<Hash>,
    /// Country.
    pub(crate) country: Vec<Hash>,
    /// The shop's own id of the person.
    pub(crate) external_id: Vec<Hash>,
    /// Advertising ids of devices.
    pub(crate) hashed_maids: Vec<Hash>,
    /// Plain, because Pinterest cannot use it otherwise.
    pub(crate) client_ip_address: Option<String>,
    /// Plain likewise.
    pub(crate) client_user_agent: Option<String>,
    /// The value of `_epik`.
    pub(crate) click_id: Option<String>,
    /// An integration partner's id.
    pub(crate) partner_id: Option<String>,
}

const KEYS: [&str; 16] = [
    "email",
    "phone",
    "first_name",
    "last_name",
    "gender",
    "birthdate",
    "city",
    "state",
    "postcode",
    "country",
    "external_id",
    "hashed_maids",
    "ip",
    "user_agent",
    "click_id",
    "partner_id",
];

/// More values of one key than a person has. Pinterest states no limit.
const MOST_VALUES: usize = 50;

/// The caller's names of those keys that Pinterest can match by alone, or in a pair.
const SUFFICIENT: [&str; 4] = ["email", "hashed_maids", "ip", "user_agent"];

/// Reads `user`. The person's birthdate is held against `now`, in unix seconds.
pub(super) fn read(raw: Option<&Raw>, now: i64, at: Path<'_>, findings: &mut Findings) -> UserData {
    let warned = findings.warnings.len();
    let user = match raw {
        Some(raw @ Raw::Map(_)) => keys(raw, now, at, findings),
        Some(other) => {
            let message = format!("must be an array of match keys, not {}", other.kind());
            findings.fault(at, message);
            return UserData::default();
        }
        None => UserData::default(),
    };
    if !user.suffices() {
        findings.fault(
            at,
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

fn keys(raw: &Raw, now: i64, at: Path<'_>, findings: &mut Findings) -> UserData {
    let [
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
    ] = fields::pick(raw, &KEYS, at, findings);

    let home = country.and_then(home_country);
    let mut keys = Hasher {
        at,
        findings,
        normal: String::with_capacity(64),
    };
    UserData {
        em: keys.hash("email", email, person::email),
        ph: keys.hash("phone", phone, |text, normal| {
            phone::digits(text, home, normal)
        }),
        fn_: keys.hash("first_name", first_name, person::name),
        ln: keys.hash("last_name", last_name, person::name),
        ge: keys.hash("gender", gender, person::gender),
        db: keys.hash("birthdate", birthdate, |text, normal| {
            person::birthdate(text, normal, now)
        }),
        ct: keys.hash("city", city, place::city),
        st: keys.hash("state", state, |text, normal| {
            place::state(text, home, normal)
        }),
        zp: keys.hash("postcode", postcode, place::postcode),
        country: keys.hash("country", country, place::country),
        external_id: keys.hash_ids("external_id", external_id, person::outside_id),
        hashed_maids: keys.hash("hashed_maids", hashed_maids, person::advertising_id),
        client_ip_address: keys.plain("ip", ip, Integers::Refused, visitor::ip),
        client_user_agent: keys.plain(
            "user_agent",
            user_agent,
            Integers::Refused,
            visitor::user_agent,
        ),
        click_id: keys.plain("click_id", click_id, Integers::AsText, visitor::opaque_id),
        partner_id: keys.plain(
            "partner_id",
            partner_id,
            Integers::AsText,
            visitor::opaque_id,
        ),
    }
}

impl UserData {
    /// Whether Pinterest takes an event with these keys: `em`, `hashed_maids`, or
    /// address and user agent together. docs/wire-contract.md#user-data.
    fn suffices(&self) -> bool {
        let browser = self.client_ip_address.is_some() && self.client_user_agent.is_some();
        !self.em.is_empty() || !self.hashed_maids.is_empty() || browser
    }

    /// The hashed keys in a fixed order, by Pinterest's names.
    pub(crate) fn hashed(&self) -> [(&'static str, &[Hash]); 12] {
        [
            ("em", &self.em),
            ("ph", &self.ph),
            ("fn", &self.fn_),
            ("ln", &self.ln),
            ("ge", &self.ge),
            ("db", &self.db),
            ("ct", &self.ct),
            ("st", &self.st),
            ("zp", &self.zp),
            ("country", &self.country),
            ("external_id", &self.external_id),
            ("hashed_maids", &self.hashed_maids),
        ]
    }

    /// The plain keys in a fixed order, by Pinterest's names.
    pub(crate) fn plain(&self) -> [(&'static str, Option<&str>); 4] {
        [
            ("client_ip_address", self.client_ip_address.as_deref()),
            ("client_user_agent", self.client_user_agent.as_deref()),
            ("click_id", self.click_id.as_deref()),
            ("partner_id", self.partner_id.as_deref()),
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
    let mut keys = Hasher {
        at: Path::Root,
        findings: &mut Findings::default(),
        normal: String::new(),
    };
    let raw = Raw::Text(text.into());
    keys.hash_ids("external_id", Some(&raw), person::outside_id)
        .pop()
}

/// Applies rules to values. Holds the one buffer all of them normalise in.
struct Hasher<'a, 'f> {
    at: Path<'a>,
    findings: &'f mut Findings,
    normal: String,
}

impl Hasher<'_, '_> {
    fn hash(
        &mut self,
        key: &str,
        raw: Option<&Raw>,
        rule: impl Fn(&str, &mut String) -> Result<(), &'static str>,
    ) -> Vec<Hash> {
        self.values(key, raw, Integers::Refused, rule)
    }

    fn hash_ids(
        &mut self,
        key: &str,
        raw: Option<&Raw>,
        rule: impl Fn(&str, &mut String) -> Result<(), &'static str>,
    ) -> Vec<Hash> {
        self.values(key, raw, Integers::AsText, rule)
    }

    /// The hashes of one value or a list of them, each once, in the order given.
    fn values(
        &mut self,
        key: &str,
        raw: Option<&Raw>,
        integers: Integers,
        rule: impl Fn(&str, &mut String) -> Result<(), &'static str>,
    ) -> Vec<Hash> {
        let parent = self.at;
        let at = parent.field(key);
        let mut hashes = Vec::new();
        match raw {
            None => {}
            Some(list @ Raw::Map(_)) => {
                let given = fields::list(Some(list), "strings", at, self.findings);
                for (index, value) in given.iter().take(MOST_VALUES) {
                    let at = at.entry(*index);
                    if let Some(hash) = self.value(fields::present(value), integers, at, &rule)
                        && !hashes.contains(&hash)
                    {
                        hashes.push(hash);
                    }
                }
                if given.len() > MOST_VALUES {
                    let message = format!("only the first {MOST_VALUES} values are sent");
                    self.findings.warn(at, message);
                }
            }
            single => hashes.extend(self.value(single, integers, at, &rule)),
        }
        hashes
    }

    fn value(
        &mut self,
        raw: Option<&Raw>,
        integers: Integers,
        at: Path<'_>,
        rule: impl Fn(&str, &mut String) -> Result<(), &'static str>,
    ) -> Option<Hash> {
        let text = fields::readable(raw?, integers, at, self.findings)?;
        let text = text.trim();
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

    fn plain(
        &mut self,
        key: &str,
        raw: Option<&Raw>,
        integers: Integers,
        rule: impl Fn(&str) -> Result<String, &'static str>,
    ) -> Option<String> {
        let parent = self.at;
        let at = parent.field(key);
        let text = fields::readable(raw?, integers, at, self.findings)?;
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let plain = if is_placeholder(text) {
            Err(PLACEHOLDER)
        } else {
            rule(text)
        };
        plain
            .map_err(|reason| self.findings.left_out(at, reason))
            .ok()
    }
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
