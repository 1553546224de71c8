//! SHA-256 as Pinterest wants it: 64 lower-case hex digits over UTF-8.
//! docs/wire-contract.md#user-data.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// A finished hash of a match key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Hash(String);

impl Hash {
    /// Hex digits of a hash.
    pub(super) const DIGITS: usize = 64;

    /// Hashes text that is normalised already.
    pub(super) fn of(normalised: &str) -> Hash {
        Hash(hex(&Sha256::digest(normalised.as_bytes())))
    }

    /// Takes text that is a hash already: 64 hex digits in either case.
    pub(super) fn already(text: &str) -> Option<Hash> {
        let is_hash = text.len() == Self::DIGITS && text.bytes().all(|b| b.is_ascii_hexdigit());
        is_hash.then(|| Hash(text.to_ascii_lowercase()))
    }

    /// The hex digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An id of 32 hex digits, the same for the same parts for ever.
pub(super) fn stable_id(parts: [&str; 2]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        // The length keeps ("ab", "c") apart from ("a", "bc").
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let mut id = hex(&hasher.finalize());
    id.truncate(32);
    id
}

fn hex(bytes: &[u8]) -> String {
    const HEX: [u8; 16] = *b"0123456789abcdef";
    // Filled in place: a growing one costs more than a third of the hash itself.
    let mut digits = vec![0; 2 * bytes.len()];
    for (pair, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        pair[0] = HEX[usize::from(byte >> 4)];
        pair[1] = HEX[usize::from(byte & 15)];
    }
    // ASCII by its alphabet.
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_hex_digits_count_as_hashed() {
        let hash = Hash::of("x");
        let upper = hash.as_str().to_ascii_uppercase();
        assert_eq!(Hash::already(&upper), Some(hash.clone()));
        assert_eq!(Hash::already(&hash.as_str()[1..]), None);
        assert_eq!(Hash::already(&"g".repeat(64)), None);
        assert_eq!(Hash::already(&"a".repeat(40)), None);
    }

    #[test]
    fn a_stable_id_depends_on_each_part() {
        let id = stable_id(["shop.example", "15"]);
        assert_eq!(id, stable_id(["shop.example", "15"]));
        assert_eq!(id.len(), 32);
        assert_ne!(id, stable_id(["shop.example1", "5"]));
        assert_ne!(id, stable_id(["shop.example", "16"]));
    }
}
