//! To PHP values: the converters behind every array that the extension gives out.

use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::flags::DataType;
use ext_php_rs::types::{ZendHashTable, Zval};
use serde_json::{Number, Value, json};

use crate::event::Fault;
use crate::wire::tag::Argument;

/// A JSON array or object on its way to PHP, as `array`. Objects become arrays with string keys, as
/// `json_decode($text, true)` makes them.
pub struct Table(pub Value);

impl IntoZval for Table {
    const TYPE: DataType = DataType::Array;
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, _persistent: bool) -> Result<()> {
        *zv = zval(&self.0)?;
        Ok(())
    }
}

/// The calls of a receipt, as `array`.
pub struct Calls<'a>(pub &'a Argument<'a>);

impl IntoZval for Calls<'_> {
    const TYPE: DataType = DataType::Array;
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, _persistent: bool) -> Result<()> {
        *zv = argument(self.0)?;
        Ok(())
    }
}

fn argument(argument: &Argument<'_>) -> Result<Zval> {
    let mut zv = Zval::new();
    match argument {
        Argument::Text(text) => zv.set_string(text, false)?,
        Argument::Whole(whole) => zv.set_long(*whole),
        Argument::Amount(amount) => zv.set_double(*amount),
        Argument::List(list) => {
            let mut array = ZendHashTable::with_capacity(length(list.len()));
            for value in list {
                array.push(self::argument(value)?)?;
            }
            zv.set_hashtable(array);
        }
        Argument::Fields(fields) => {
            let mut array = ZendHashTable::with_capacity(length(fields.len()));
            for (name, value) in fields {
                array.insert(*name, self::argument(value)?)?;
            }
            zv.set_hashtable(array);
        }
    }
    Ok(zv)
}

/// To reserve memory beforehand; a wrong guess costs time alone.
fn length(entries: usize) -> u32 {
    u32::try_from(entries).unwrap_or_default()
}

/// `list<array{path: string, message: string}>`
pub fn faults(faults: &[Fault]) -> Table {
    Table(
        faults
            .iter()
            .map(|fault| json!({"path": fault.path, "message": fault.message}))
            .collect(),
    )
}

fn zval(value: &Value) -> Result<Zval> {
    let mut zv = Zval::new();
    match value {
        Value::Null => {}
        Value::Bool(truth) => zv.set_bool(*truth),
        Value::Number(number) => set_number(&mut zv, number),
        Value::String(text) => zv.set_string(text, false)?,
        Value::Array(list) => {
            let mut array = ZendHashTable::new();
            for value in list {
                array.push(zval(value)?)?;
            }
            zv.set_hashtable(array);
        }
        Value::Object(map) => {
            let mut array = ZendHashTable::new();
            for (key, value) in map {
                array.insert(key.as_str(), zval(value)?)?;
            }
            zv.set_hashtable(array);
        }
    }
    Ok(zv)
}

/// An integer beyond PHP's own becomes a float, as PHP does it.
fn set_number(zv: &mut Zval, number: &Number) {
    match number.as_i64() {
        Some(number) => zv.set_long(number),
        None => zv.set_double(number.as_f64().unwrap_or_default()),
    }
}
