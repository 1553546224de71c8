//! PHP array to [`Raw`]. Reads and judges nothing: whether a key may be there or a value fits is
//! for [`crate::event`] to say, which also knows how to name the place.
//!
//! Reading makes no PHP value and calls no PHP code, so nothing can jump out of it half-way.

#![allow(unsafe_code)]

use std::borrow::Cow;
use std::ptr;

use ext_php_rs::types::{ZendHashTable, Zval};

use crate::event::{Key, Raw};

/// Deeper than anything in an event or in options (event, user, list of e-mails makes three), and
/// the end for an array that contains itself.
const DEPTH: usize = 8;

/// How many values are read. An order of ten thousand lines fits; a small array that refers to
/// another many times over, level by level, does not become gigabytes.
const VALUES: usize = 100_000;

/// The whole array, with what cannot be read told as [`Raw::Other`] at its place.
pub fn read(array: &ZendHashTable) -> Raw<'_> {
    Reader { left: VALUES }.array(array, 0)
}

struct Reader {
    left: usize,
}

impl Reader {
    fn array<'a>(&mut self, array: &'a ZendHashTable, depth: usize) -> Raw<'a> {
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
            map.push((name(&key, array), self.value(value, depth)));
        }
        Raw::Map(map)
    }

    fn value<'a>(&mut self, value: &'a Zval, depth: usize) -> Raw<'a> {
        // Twice: an entry of a symbol table may lead to a variable that is itself a reference.
        let value = value.dereference().dereference();
        if let Some(array) = value.array() {
            self.array(array, depth + 1)
        } else if let Some(text) = value.zend_str() {
            let bytes = text.as_bytes();
            match std::str::from_utf8(bytes) {
                Ok(text) => Raw::Text(text.into()),
                Err(_) => Raw::NotUtf8(bytes.to_vec()),
            }
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
fn name<'a>(key: &Zval, _of: &'a ZendHashTable) -> Key<'a> {
    key.zend_str().map_or_else(
        || Key::Int(key.long().unwrap_or_default()),
        |text| {
            // SAFETY: the array holds each of its keys as well, for as long as the key is in it;
            // it is borrowed for `'a`, and no PHP code runs that could change it.
            let bytes: &'a [u8] = unsafe { &*ptr::from_ref(text.as_bytes()) };
            // Lossy reading alone would cost ten times as much for each key.
            let valid = std::str::from_utf8(bytes).map(Cow::Borrowed);
            Key::Text(valid.unwrap_or_else(|_| String::from_utf8_lossy(bytes)))
        },
    )
}
