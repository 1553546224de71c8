//! Takes what belongs to a visitor or to the owner out of words that are kept
//! and shown. Pure.

use std::net::{IpAddr, SocketAddr};

use crate::spool::shorten;

/// Pinterest's words as they may be kept and shown.
pub(super) fn quote(words: &str) -> String {
    shorten(&redact(words))
}

/// Takes hashes, addresses and tokens out of words that Pinterest may have
/// quoted from an event.
pub fn redact(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "@._:+-".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let start = rest.find(is_word).unwrap_or(rest.len());
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let word = &rest[..end];
        let bare = word.trim_matches(['.', ':']);
        // A name may stand before it: "em:836f...", "ip:203.0.113.7".
        let behind_colon = bare.split_once(':').map_or(bare, |(_, value)| value);
        out.push_str(match bare {
            _ if has_hash(bare) => "[hash]",
            _ if bare.contains("pina_") => "[token]",
            _ if bare.contains('@') => "[e-mail]",
            _ if [word, bare, behind_colon].into_iter().any(is_address) => "[address]",
            _ => word,
        });
        rest = &rest[end..];
    }
    out
}

/// Whether as many hexadecimal digits follow each other as a hash has, or
/// the shortest kind of one.
fn has_hash(word: &str) -> bool {
    word.split(|c: char| !c.is_ascii_hexdigit())
        .any(|run| run.len() >= 32)
}

/// Whether it is an IP address, with or without a port.
fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok() || text.parse::<SocketAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pinterest_quotes_is_not_repeated() {
        let hash = "836f82db99121b34".repeat(4);
        let text = format!("'{hash}' and 203.0.113.7, 2001:db8::1: a@b.example; pina_AB12 is off");
        assert_eq!(
            redact(&text),
            "'[hash]' and [address], [address] [e-mail]; [token] is off"
        );
        let text = format!("em:{hash} x_{hash} ip:203.0.113.7 203.0.113.7:443 token:pina_AB ::1");
        assert_eq!(
            redact(&text),
            "[hash] [hash] [address] [address] [token] [address]"
        );
        assert_eq!(
            redact("Additional properties (näme)."),
            "Additional properties (näme)."
        );
    }
}
