//! PHP array to [`Raw`]. Reads and judges nothing: whether a key may be there or a value fits is
//! for [`crate::event`] to say, which also knows how to name the place.
//!
//! Reading makes no PHP value and calls no PHP code, so nothing can jump out of it half-way.

#![allow(unsafe_code)]

use std::borrow::Cow;
use std::ffi::c_int;
use std::ptr;
use std::str::{self, Utf8Error};

use ext_php_rs::ffi::{
    HashPosition, zend_hash_get_current_data_ex, zend_hash_move_forward_ex, zend_ulong,
};
use ext_php_rs::types::{ZendHashTable, ZendStr, Zval};

use crate::event::{Key, Raw};

// SAFETY: declared as in PHP's Zend/zend_hash.h, exported by every PHP from 8.1 on.
unsafe extern "C" {
    fn zend_hash_get_current_key_ex(
        array: *const ZendHashTable,
        name: *mut *mut ZendStr,
        index: *mut zend_ulong,
        position: *const HashPosition,
    ) -> c_int;
}

/// What it returns for a key that is a string, and for one that is an integer.
const HASH_KEY_IS_STRING: c_int = 1;
const HASH_KEY_IS_LONG: c_int = 2;

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
        let mut map = Vec::with_capacity(array.len().min(self.left));
        for (key, value) in Entries::of(array) {
            if self.left == 0 {
                return Raw::Other("too large");
            }
            self.left -= 1;
            map.push((key, self.value(value, depth)));
        }
        Raw::Map(map)
    }

    fn value<'a>(&mut self, value: &'a Zval, depth: usize) -> Raw<'a> {
        // Twice: an entry of a symbol table may lead to a variable that is itself a reference.
        let value = value.dereference().dereference();
        if let Some(text) = value.zend_str() {
            match utf8(text.as_bytes()) {
                Ok(text) => Raw::Text(text.into()),
                Err(_) => Raw::NotUtf8(text.as_bytes().to_vec()),
            }
        } else if let Some(array) = value.array() {
            self.array(array, depth + 1)
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

/// The entries of an array, in its order. The iterator of the bindings would copy each key.
struct Entries<'a> {
    array: &'a ZendHashTable,
    position: HashPosition,
}

impl<'a> Entries<'a> {
    fn of(array: &'a ZendHashTable) -> Self {
        Self { array, position: 0 }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Key<'a>, &'a Zval);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let array = ptr::from_ref(self.array).cast_mut();
        let (mut name, mut index) = (ptr::null_mut::<ZendStr>(), 0);
        // SAFETY: PHP changes nothing but the position and what the key is written to. The array
        // is borrowed for `'a`, and no PHP code runs that could change it: so its keys and values
        // live as long.
        unsafe {
            let kind = zend_hash_get_current_key_ex(
                array,
                &raw mut name,
                &raw mut index,
                &raw const self.position,
            );
            let key = match kind {
                HASH_KEY_IS_STRING => Key::Text(name_of(name.as_ref()?)),
                HASH_KEY_IS_LONG => Key::Int(index.cast_signed()),
                _ => return None,
            };
            let value = zend_hash_get_current_data_ex(array, &raw mut self.position).as_ref()?;
            zend_hash_move_forward_ex(array, &raw mut self.position);
            Some((key, value))
        }
    }
}

/// No key of ours is anything but ASCII, so a key that is not UTF-8 only has to be printable.
fn name_of(key: &ZendStr) -> Cow<'_, str> {
    let bytes = key.as_bytes();
    // Lossy reading alone would cost ten times as much for each key.
    utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Most texts are short and ASCII, for which the usual check costs most by being called.
fn utf8(bytes: &[u8]) -> Result<&str, Utf8Error> {
    match bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8.
        true => Ok(unsafe { str::from_utf8_unchecked(bytes) }),
        false => str::from_utf8(bytes),
    }
}
