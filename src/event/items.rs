//! What was bought: the lines of `items`. docs/wire-contract.md#custom-data.
//!
//! A line whose price or quantity cannot be used is sent without it; a line is
//! never a reason to lose the sale, unless its types are wrong.
//!
//! It does not know the event that a line is of.

use super::fault::{Findings, Path};
use super::fields::{self, Field, Integers, fields};
use super::money::Money;
use super::raw::Raw;
use super::text::{Text, Texts};

/// Lines sent at most. An order of more still counts all its items.
pub(crate) const MOST_LINES: usize = 500;

/// Longest text of a line, in characters.
const LONGEST: usize = 500;

/// More of one thing than anybody buys; also keeps sums far from overflow.
const MOST_OF_ONE: i64 = 1_000_000_000;

fields! {
    /// A line as the caller gave it.
    Given {
        id,
        name,
        category,
        brand,
        variant,
        price,
        quantity,
    }
}

/// One line of an order, a cart or a page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// As in the catalogue.
    pub(crate) id: Option<Text>,
    pub(crate) name: Option<Text>,
    pub(crate) category: Option<Text>,
    pub(crate) brand: Option<Text>,
    pub(crate) variant: Option<Text>,
    /// Of one unit, before discount. Zero is a gift.
    pub(crate) price: Option<Money>,
    /// At least one; `None` where the caller's could not be used.
    pub(crate) quantity: Option<i64>,
}

/// All lines, and how many things they are together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    /// The lines sent.
    pub(crate) lines: Vec<Item>,
    /// The sum of the quantities of all lines given.
    pub(crate) count: i64,
}

impl Items {
    /// The same lines, of which no currency says what their prices mean.
    pub(super) fn without_prices(mut self) -> Items {
        for line in &mut self.lines {
            line.price = None;
        }
        self
    }
}

/// Reads `items`. Floats among the prices are rounded to `minor_units` decimals.
pub(super) fn read(
    field: Field<'_>,
    minor_units: u32,
    texts: &mut Texts,
    findings: &mut Findings,
) -> Items {
    let given = fields::list(field, "items", findings);
    let mut items = Items {
        lines: Vec::with_capacity(given.len().min(MOST_LINES)),
        count: 0,
    };
    for (index, raw) in &given {
        let item = line(raw, minor_units, field.at().entry(*index), texts, findings);
        // A quantity that could not be used still was something.
        items.count = items.count.saturating_add(item.quantity.unwrap_or(1));
        if items.lines.len() < MOST_LINES {
            items.lines.push(item);
        }
    }
    if given.len() > MOST_LINES {
        let message = format!(
            "only the first {MOST_LINES} of {} lines are sent",
            given.len()
        );
        findings.warn(field.at(), message);
    }
    items
}

fn line(
    raw: &Raw,
    minor_units: u32,
    at: Path<'_>,
    texts: &mut Texts,
    findings: &mut Findings,
) -> Item {
    let given = Given::read(raw, &at, findings);
    let mut text = |field, integers| {
        let text = fields::descriptive(field, integers, LONGEST, findings)?;
        Some(texts.keep(&text))
    };
    Item {
        id: text(given.id, Integers::AsText),
        name: text(given.name, Integers::Refused),
        category: text(given.category, Integers::Refused),
        brand: text(given.brand, Integers::Refused),
        variant: text(given.variant, Integers::Refused),
        price: unit_price(given.price, minor_units, findings),
        quantity: units(given.quantity, findings),
    }
}

fn unit_price(field: Field<'_>, minor_units: u32, findings: &mut Findings) -> Option<Money> {
    match Money::read(field.value()?, minor_units) {
        Ok(price) if price.is_negative() => {
            findings.left_out(field.at(), "below zero");
            None
        }
        Ok(price) => Some(price),
        Err(rule) => {
            findings.fault(field.at(), rule);
            None
        }
    }
}

/// A whole number of at least one. Whole floats are taken: shops that sell by
/// weight count everything in floats.
fn units(field: Field<'_>, findings: &mut Findings) -> Option<i64> {
    let at = field.at();
    let units = match field.value() {
        None => return Some(1),
        Some(Raw::Int(units)) => *units,
        Some(Raw::Float(units)) if units.fract() == 0.0 => *units as i64,
        Some(Raw::Float(_)) => {
            findings.left_out(at, "not a whole number");
            return None;
        }
        Some(other) => {
            findings.fault(at, format!("must be an integer, not {}", other.kind()));
            return None;
        }
    };
    if !(1..=MOST_OF_ONE).contains(&units) {
        findings.left_out(at, "not between 1 and 1000000000");
        return None;
    }
    Some(units)
}
