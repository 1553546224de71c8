//! What goes to Pinterest unhashed: address, browser, click.
//! docs/wire-contract.md#user-data.
//!
//! Whether a visitor is a bot is for the caller to know, who sees the whole
//! request; here it is only decided whether the text can be what it claims.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::fields::has_control;

/// Longest user agent, in bytes: the schema's limit for apps.
const LONGEST_AGENT: usize = 16_384;
/// Longest opaque id, in bytes; a click id is some hundred.
const LONGEST_ID: usize = 2_048;

/// The visitor's public address in its usual notation.
pub(super) fn ip(text: &str) -> Result<Cow<'_, str>, &'static str> {
    let given: IpAddr = text.parse().map_err(|_| "not an IP address")?;
    // A dual-stack server sees IPv4 visitors as ::ffff:a.b.c.d.
    let ip = given.to_canonical();
    if ip.is_unspecified() {
        return Err("an unspecified IP address");
    }
    let private = match ip {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    };
    if private {
        return Err("a private or reserved IP address, not the visitor's public one");
    }
    // Of an IPv4 address there is one notation.
    Ok(match given {
        IpAddr::V4(_) => text.into(),
        IpAddr::V6(_) => ip.to_string().into(),
    })
}

/// Documentation addresses pass: no visitor has one, and every example does.
fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let carrier_grade_nat = a == 100 && (64..128).contains(&b);
    a == 0
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_broadcast()
        || carrier_grade_nat
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_loopback() || ip.is_multicast() || ip.is_unique_local() || ip.is_unicast_link_local()
}

/// The visitor's browser, unchanged but for space around it.
pub(super) fn user_agent(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if text.len() > LONGEST_AGENT {
        return Err("longer than 16384 bytes");
    }
    if has_control(text) {
        return Err("control characters in a user agent");
    }
    let says_nothing = ["other", "unknown", "null", "undefined", "-"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(text));
    if says_nothing {
        return Err("a user agent that names no browser");
    }
    Ok(text.into())
}

/// An id that only Pinterest or a partner can read: sent as it came.
pub(super) fn opaque_id(text: &str) -> Result<Cow<'_, str>, &'static str> {
    if text.len() > LONGEST_ID {
        return Err("longer than 2048 bytes");
    }
    if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err("spaces or control characters in an id");
    }
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_kept_in_its_usual_notation() {
        for (text, normal) in [
            ("216.3.128.12", "216.3.128.12"),
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:216.3.128.12", "216.3.128.12"),
            ("2001:0DB8:0:0:0:0:0:1", "2001:db8::1"),
            ("2a00:1450:4001::1", "2a00:1450:4001::1"),
        ] {
            assert_eq!(ip(text).as_deref(), Ok(normal), "{text}");
        }
    }

    #[test]
    fn an_address_that_is_not_the_visitors_is_refused() {
        for text in [
            "0.0.0.0",
            "::",
            "127.0.0.1",
            "::1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "255.255.255.255",
            "224.0.0.1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "::ffff:10.0.0.1",
            "unknown",
            "1.2.3",
            "1.2.3.4, 5.6.7.8",
        ] {
            assert!(ip(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_agent_that_says_nothing_is_refused() {
        for text in ["Other", "unknown", "-", "Mozilla\n5.0"] {
            assert!(user_agent(text).is_err(), "{text}");
        }
        assert!(user_agent(&"m".repeat(LONGEST_AGENT + 1)).is_err());
        assert_eq!(user_agent("Mozilla/5.0").as_deref(), Ok("Mozilla/5.0"));
    }

    #[test]
    fn a_click_id_is_opaque_but_one_word() {
        assert_eq!(
            opaque_id("dj0yJnU9b2JD.-_~").as_deref(),
            Ok("dj0yJnU9b2JD.-_~")
        );
        assert!(opaque_id("a b").is_err());
        assert!(opaque_id(&"a".repeat(LONGEST_ID + 1)).is_err());
    }
}
