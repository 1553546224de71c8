//! ISO 4217: which codes are money, and how many decimals each has.
//!
//! The table holds the currencies in circulation, and those withdrawn since 2020
//! that shops still have in their settings and old orders. Fund codes, metals and
//! the codes for "none" and "test" are not in it: no shop sells in them.
//!
//! It does not know amounts.

/// A currency a shop may sell in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    code: &'static str,
    /// Decimals of the minor unit: 2 for cents, 0 for yen.
    pub minor_units: u32,
}

impl Currency {
    /// The currency of this code, in either case.
    pub fn parse(code: &str) -> Option<Currency> {
        TABLE.iter().find_map(|(minor_units, codes)| {
            let code = codes
                .iter()
                .find(|known| known.eq_ignore_ascii_case(code))?;
            Some(Currency {
                code,
                minor_units: *minor_units,
            })
        })
    }

    /// The code in upper case.
    pub const fn code(self) -> &'static str {
        self.code
    }
}

/// The most common ones first: the search is linear.
const TABLE: [(u32, &[&str]); 3] = [
    (
        2,
        &[
            "USD", "EUR", "GBP", "CAD", "AUD", "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS",
            "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD", "BND", "BOB", "BRL", "BSD", "BTN",
            "BWP", "BYN", "BZD", "CDF", "CHF", "CNY", "COP", "CRC", "CUC", "CUP", "CVE", "CZK",
            "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "FJD", "FKP", "GEL", "GHS", "GIP", "GMD",
            "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD",
            "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD",
            "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MYR",
            "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
            "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
            "SLE", "SLL", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT",
            "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UYU", "UZS", "VED", "VES", "WST", "XCD",
            "XCG", "YER", "ZAR", "ZMW", "ZWG", "ZWL",
        ],
    ),
    (
        0,
        &[
            "JPY", "KRW", "BIF", "CLP", "DJF", "GNF", "ISK", "KMF", "PYG", "RWF", "UGX", "VND",
            "VUV", "XAF", "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_units_are_those_of_the_standard() {
        for (code, units) in [("EUR", 2), ("JPY", 0), ("ISK", 0), ("KWD", 3), ("MGA", 2)] {
            assert_eq!(Currency::parse(code).unwrap().minor_units, units, "{code}");
        }
    }

    #[test]
    fn a_code_is_found_in_either_case_and_given_back_in_upper() {
        assert_eq!(Currency::parse("eUr").unwrap().code(), "EUR");
    }

    #[test]
    fn what_is_not_a_currency_is_not_found() {
        for code in ["", "EU", "EURO", "BTC", "XXX", "XAU", "€"] {
            assert_eq!(Currency::parse(code), None, "{code}");
        }
    }

    #[test]
    fn the_table_holds_each_code_once_in_its_form() {
        let mut codes: Vec<_> = TABLE.iter().flat_map(|(_, codes)| *codes).collect();
        assert!(codes.iter().all(|code| code.len() == 3));
        assert!(
            codes
                .iter()
                .all(|code| code.bytes().all(|b| b.is_ascii_uppercase()))
        );
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
}
