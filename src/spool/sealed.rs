//! Numbers that must not be believed when a bit of them has flipped: an offset
//! that is too high loses events, a generation that is too high silences the
//! shop for good.

/// Fixed, so that a rewrite in place replaces all of it: twenty digits, a
/// space, eight hex digits.
const DIGITS: usize = 20;
const WIDTH: usize = DIGITS + 9;

/// The number with its checksum.
pub fn seal(number: u64) -> String {
    let digits = format!("{number:0DIGITS$}");
    let sum = crc32c::crc32c(digits.as_bytes());
    format!("{digits} {sum:08x}")
}

/// The number, if this is one that [`seal`] wrote.
pub fn open(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text.get(..WIDTH)?).ok()?;
    let number = text.get(..DIGITS)?.parse().ok()?;
    (text == seal(number)).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_flipped_bit_passes() {
        for number in [0, 1, 4096, u64::MAX] {
            let sealed = seal(number).into_bytes();
            assert_eq!(open(&sealed), Some(number));
            for bit in 0..WIDTH * 8 {
                let mut flipped = sealed.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(open(&flipped), None, "{number} bit {bit}");
            }
            assert_eq!(open(&sealed[..WIDTH - 1]), None);
        }
    }
}
