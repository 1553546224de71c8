//! Amounts of money, exact from the caller's text to Pinterest's text.
//!
//! Pinterest wants decimal strings (docs/wire-contract.md#custom-data). A
//! string therefore never passes through a binary float. A float, where the
//! caller has nothing better, is read by its shortest decimal text, which is
//! what the caller sees when it prints it, and rounded half away from zero to
//! the currency's minor unit: so 1.005 becomes 1.01 as a person would round it,
//! though the float lies below.

use std::fmt;
use std::fmt::Write;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};

use super::raw::Raw;
use crate::json;

/// Beyond any order, in any currency: what is larger is a mistake.
const MOST: Decimal = Decimal::from_parts(0xA4C6_8000, 0x0003_8D7E, 0, false, 0); // 10^15

/// Up to here every integer is a float.
const EXACT: u128 = 1 << f64::MANTISSA_DIGITS;
const POWERS_OF_TEN: [f64; 5] = [1.0, 1e1, 1e2, 1e3, 1e4];

/// So many decimals a `u64` can hold.
const MOST_DECIMALS: u32 = 18;

/// Longer than any decimal text of an amount below [`MOST`] has reason to be.
const LONGEST: usize = 64;

/// An amount. Displays as plain decimal text: a dot, no
/// thousands separator, no exponent, the decimals the caller gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money(Decimal);

impl Money {
    /// Reads an amount; `minor_units` matters for floats alone. The error is the rule broken.
    pub(super) fn read(raw: &Raw, minor_units: u32) -> Result<Money, String> {
        let amount = match raw {
            Raw::Int(int) => Decimal::from(*int),
            Raw::Float(float) if !float.is_finite() => {
                return Err("must be a finite number".to_owned());
            }
            Raw::Float(float) => rounded(*float, minor_units)?,
            Raw::Text(text) => exact(text.trim())?,
            Raw::NotUtf8(_) => return Err(NOT_DECIMAL.to_owned()),
            other => {
                return Err(format!(
                    "must be a decimal string or a number, not {}",
                    other.kind()
                ));
            }
        };
        if amount.abs() >= MOST {
            return Err(TOO_LARGE.to_owned());
        }
        Ok(Money(amount))
    }

    /// Above zero.
    pub fn is_positive(self) -> bool {
        !self.0.is_zero() && !self.0.is_sign_negative()
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        !self.0.is_zero() && self.0.is_sign_negative()
    }

    /// The nearest float, for the tag, whose library wants numbers.
    pub fn to_f64(self) -> f64 {
        // Both are exact as floats, so their quotient is the nearest one.
        if let Some(power) = POWERS_OF_TEN.get(self.0.scale() as usize)
            && self.0.mantissa().unsigned_abs() <= EXACT
        {
            return self.0.mantissa() as f64 / power;
        }
        // Else by way of the text, whose parser rounds once; a division would round twice.
        self.to_string().parse().unwrap_or_default()
    }
}

impl Money {
    /// Writes what it displays as, without what formatting costs.
    pub fn write(self, out: &mut String) {
        let decimals = self.0.scale();
        match u64::try_from(self.0.mantissa()) {
            Ok(units) if decimals <= MOST_DECIMALS => {
                let one = 10_u64.pow(decimals);
                json::digits(out, units / one, 1);
                if decimals > 0 {
                    out.push('.');
                    json::digits(out, units % one, decimals as usize);
                }
            }
            _ => drop(write!(out, "{self}")),
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const NOT_DECIMAL: &str = "not a decimal number with a dot, such as 19.90";
const TOO_LARGE: &str = "absurdly large: 10^15 or more";

/// The amount a decimal text states. The decimal library would take more:
/// exponents, underscores, a bare dot.
fn exact(text: &str) -> Result<Decimal, String> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return Err(NOT_DECIMAL.to_owned());
    }
    if text.len() > LONGEST {
        return Err("longer than 64 characters".to_owned());
    }
    let amount = Decimal::from_str(text).map_err(|_| TOO_LARGE.to_owned())?;
    // "-0.00" is zero, and the library would print its sign.
    Ok(if amount.is_zero() {
        amount.abs()
    } else {
        amount
    })
}

fn rounded(float: f64, minor_units: u32) -> Result<Decimal, String> {
    if float.abs() >= 1e15 {
        return Err(TOO_LARGE.to_owned());
    }
    // Display gives the shortest text that reads back as the same float, without exponent.
    let mut text = String::with_capacity(24);
    let _ = write!(text, "{float}");
    let amount = Decimal::from_str(&text)
        // A fraction of more digits than the library holds is far below any minor unit.
        .unwrap_or_default()
        .round_dp_with_strategy(minor_units, RoundingStrategy::MidpointAwayFromZero);
    let mut amount = if amount.is_zero() {
        amount.abs()
    } else {
        amount
    };
    amount.rescale(minor_units);
    Ok(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(given: &str) -> Result<String, String> {
        Money::read(&Raw::Text(given.into()), 2).map(|money| money.to_string())
    }

    fn float(given: f64, minor_units: u32) -> String {
        Money::read(&Raw::Float(given), minor_units)
            .unwrap()
            .to_string()
    }

    #[test]
    fn a_decimal_string_keeps_its_digits() {
        for (given, kept) in [
            ("19.90", "19.90"),
            (" 72.39 ", "72.39"),
            ("0.1234567890123", "0.1234567890123"),
            ("007.50", "7.50"),
            ("+5", "5"),
            ("-0.00", "0.00"),
            ("123456789012345.67", "123456789012345.67"),
            ("999999999999999.99", "999999999999999.99"),
            ("0", "0"),
            ("-19.05", "-19.05"),
            ("1.000000000000000001", "1.000000000000000001"),
            ("0.0000000000000000000000001", "0.0000000000000000000000001"),
        ] {
            assert_eq!(text(given).as_deref(), Ok(kept), "{given}");
            let mut written = String::new();
            Money::read(&Raw::Text(given.into()), 2)
                .unwrap()
                .write(&mut written);
            assert_eq!(written, kept, "{given}");
        }
    }

    #[test]
    fn text_that_is_not_plain_decimal_is_refused() {
        for given in [
            "1e3", "1,234.56", "1.234,56", "19,90", "$5", "5 EUR", ".5", "5.", ".", "-", "1_000",
            "NaN", "inf", "0x10", "١٩", "1.2.3", "--1", "1 000",
        ] {
            assert_eq!(text(given).unwrap_err(), NOT_DECIMAL, "{given}");
        }
    }

    #[test]
    fn a_float_is_rounded_half_away_from_zero_by_its_decimal_text() {
        assert_eq!(float(1.005, 2), "1.01");
        assert_eq!(float(0.1 + 0.2, 2), "0.30");
        assert_eq!(float(19.9, 2), "19.90");
        assert_eq!(float(2.675, 2), "2.68");
        assert_eq!(float(-1.005, 2), "-1.01");
        assert_eq!(float(1999.5, 0), "2000");
        assert_eq!(float(0.0005, 3), "0.001");
        assert_eq!(float(-0.0, 2), "0.00");
        assert_eq!(float(1e-300, 2), "0.00");
        assert_eq!(float(123_456_789_012.345, 2), "123456789012.35");
    }

    #[test]
    fn an_amount_beyond_reason_is_refused_in_every_form() {
        let huge = "9".repeat(60);
        assert_eq!(text(&huge).unwrap_err(), TOO_LARGE);
        assert_eq!(text("1000000000000000").unwrap_err(), TOO_LARGE);
        for raw in [Raw::Float(1e300), Raw::Int(i64::MAX), Raw::Int(i64::MIN)] {
            assert_eq!(Money::read(&raw, 2).unwrap_err(), TOO_LARGE);
        }
        for raw in [Raw::Float(f64::NAN), Raw::Float(f64::NEG_INFINITY)] {
            assert!(Money::read(&raw, 2).unwrap_err().contains("finite"));
        }
    }

    #[test]
    fn the_float_is_the_nearest_one_to_the_text() {
        for text in [
            "0",
            "20",
            "72.39",
            "0.1",
            "-19.999",
            "1234567.8912",
            "0.00000000001",
            "9007199254740.993",
            "90071992547409.93",
            "999999999999999.99",
        ] {
            let money = Money::read(&Raw::Text(text.into()), 2).unwrap();
            assert_eq!(money.to_f64(), text.parse::<f64>().unwrap(), "{text}");
        }
    }

    #[test]
    fn signs_are_told_apart_and_zero_has_none() {
        let read = |given: &str| Money::read(&Raw::Text(given.into()), 2).unwrap();
        assert!(read("0.01").is_positive() && !read("0.01").is_negative());
        assert!(!read("-0.0").is_positive() && !read("-0.0").is_negative());
        assert!(read("-0.01").is_negative());
    }
}
