//! SHA-256 as Pinterest wants it: 64 lower-case hex digits over UTF-8.
//! docs/wire-contract.md#user-data.
//!
//! It does not know what is hashed, and takes text as normalised.

use std::str;

use sha2::{Digest, Sha256};

/// A finished hash of a match key: its hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hash([u8; Hash::DIGITS]);

impl Hash {
    /// Hex digits of a hash.
    pub(super) const DIGITS: usize = 64;

    /// Hashes text that is normalised already.
    pub(super) fn of(normalised: &str) -> Hash {
        Hash(hex(&Sha256::digest(normalised.as_bytes()).into()))
    }

    /// Takes text that is a hash already: 64 hex digits in either case.
    pub(super) fn already(text: &str) -> Option<Hash> {
        let mut digits: [u8; Self::DIGITS] = text.as_bytes().try_into().ok()?;
        digits.make_ascii_lowercase();
        digits
            .iter()
            .all(u8::is_ascii_hexdigit)
            .then_some(Hash(digits))
    }

    /// The hex digits.
    pub fn as_str(&self) -> &str {
        // ASCII by its alphabet.
        str::from_utf8(&self.0).unwrap_or_default()
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
    let id = Hash(hex(&hasher.finalize().into()));
    id.as_str()[..32].to_owned()
}

/// Without a table, so that many digits are made at once.
fn hex(bytes: &[u8; 32]) -> [u8; Hash::DIGITS] {
    let mut digits = [0; Hash::DIGITS];
    for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 15];
    }
    digits.map(|digit| digit + if digit < 10 { b'0' } else { b'a' - 10 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_64_hex_digits_count_as_hashed() {
        let hash = Hash::of("x");
        let upper = hash.as_str().to_ascii_uppercase();
        assert_eq!(Hash::already(&upper), Some(hash));
        assert_eq!(Hash::already(&hash.as_str()[1..]), None);
        assert_eq!(Hash::already(&"g".repeat(64)), None);
        assert_eq!(Hash::already(&"a".repeat(40)), None);
    }

    #[test]
    fn the_digits_are_those_of_each_byte() {
        for first in (0..=255).step_by(32) {
            let bytes = std::array::from_fn(|at| first + at as u8);
            let expected: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(Hash(hex(&bytes)).as_str(), expected);
        }
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
