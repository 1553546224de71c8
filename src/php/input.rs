//! PHP array to [`Raw`]. Reads and judges nothing: whether a key may be there or a value fits is
//! for [`crate::event`] to say, which also knows how to name the place.
//!
//! Reading makes no PHP value and calls no PHP code, so nothing can jump out of it half-way.

use ext_php_rs::types::{ZendHashTable, Zval};

use crate::event::{Key, Raw};

/// Deeper than anything in an event or in options (event, user, list of e-mails makes three), and
/// the end for an array that contains itself.
const DEPTH: usize = 8;

/// How many values are read. An order of ten thousand lines fits; a small array that refers to
/// another many times over, level by level, does not become gigabytes.
const VALUES: usize = 100_000;

/// The whole array, with what cannot be read told as [`Raw::Other`] at its place.
pub fn read(array: &ZendHashTable) -> Raw {
    Reader { left: VALUES }.array(array, 0)
}

struct Reader {
    left: usize,
}

impl Reader {
    fn array(&mut self, array: &ZendHashTable, depth: usize) -> Raw {
        if depth == DEPTH {
            return Raw::Other("too deep");
        }
        let mut entries = array.iter();
        let mut map = Vec::with_capacity(array.len().min(self.left));
        // `next` itself would panic on a key that is not UTF-8.
        while let Some((key, value)) = entries.next_zval() {
            if self.left == 0 {
                return Raw::Other("too large");
            }
            self.left -= 1;
            map.push((name(&key), self.value(value, depth)));
        }
        Raw::Map(map)
    }

    fn value(&mut self, value: &Zval, depth: usize) -> Raw {
        // Twice: an entry of a symbol table may lead to a variable that is itself a reference.
        let value = value.dereference().dereference();
        if let Some(array) = value.array() {
            self.array(array, depth + 1)
        } else if let Some(text) = value.zend_str() {
            String::from_utf8(text.as_bytes().to_vec())
                .map_or_else(|not| Raw::NotUtf8(not.into_bytes()), Raw::Text)
        } else if let Some(number) = value.long() {
            Raw::Int(number)
        } else if let Some(number) = value.double() {
            Raw::Float(number)
        } else if let Some(truth) = value.bool() {
            Raw::Bool(truth)
        } else if value.is_object() {
            Raw::Other("object")
        } else if value.is_resource() {
            Raw::Other("resource")
        } else {
            Raw::Null
        }
    }
}

/// No key of ours is anything but ASCII, so a key that is not UTF-8 only has to be printable.
fn name(key: &Zval) -> Key {
    key.zend_str().map_or_else(
        || Key::Int(key.long().unwrap_or_default()),
        |text| Key::Text(String::from_utf8_lossy(text.as_bytes()).into_owned()),
    )
}
