//! Classes declared the way PHP's own C code declares them: a class entry and ordinary properties,
//! no Rust value behind the object.
//!
//! `#[php_class]` would not do for exceptions (its `create_object` replaces the one that fills in
//! file, line and trace) nor for read-only properties (it knows getters, not PHP's `readonly`).

#![allow(unsafe_code)]

use std::ffi::c_char;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::{Error, Result};
use ext_php_rs::ffi;
use ext_php_rs::types::{ZendObject, ZendStr, Zval};
use ext_php_rs::zend::ClassEntry;

// SAFETY: declared as in PHP's Zend/zend_API.h; both are exported by every PHP from 8.1 on.
unsafe extern "C" {
    fn zend_update_property(
        scope: *mut ClassEntry,
        object: *mut ZendObject,
        name: *const c_char,
        length: usize,
        value: *mut Zval,
    );
    fn zend_declare_typed_property(
        class: *mut ClassEntry,
        name: *mut ZendStr,
        default: *mut Zval,
        flags: i32,
        doc: *mut ZendStr,
        of_type: ffi::zend_type,
    ) -> *mut ffi::zend_property_info;
}

/// PHP's `ZEND_ACC_READONLY`, which the bindings do not carry.
const READONLY: u32 = 1 << 7;

/// Where a declared class is found again. Set anew by each MINIT, as the class of the last is gone.
pub struct Plain(AtomicPtr<ClassEntry>);

impl Plain {
    pub const fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// For [`ClassBuilder::registration`](ext_php_rs::builders::ClassBuilder::registration).
    pub fn set(&self, class: &'static mut ClassEntry, arguments: ArgInfoTables) {
        // PHP borrows the argument tables for as long as it runs.
        std::mem::forget(arguments);
        self.0.store(class, Ordering::Release);
    }

    /// The class, which is there from MINIT to MSHUTDOWN, thus whenever PHP code runs.
    pub fn class(&self) -> Result<&'static ClassEntry> {
        // SAFETY: PHP keeps a registered class until after MSHUTDOWN, and the pointer is only ever
        // set to one.
        unsafe { self.0.load(Ordering::Acquire).as_ref() }.ok_or(Error::InvalidPointer)
    }
}

/// Writes a property as code of class `scope` would.
pub fn write(
    scope: &'static ClassEntry,
    object: &mut ZendObject,
    name: &str,
    value: impl IntoZval,
) -> Result<()> {
    let mut value = value.into_zval(false)?;
    // SAFETY: all pointers are live for the call; PHP changes nothing in the scope and copies the
    // name and the value.
    unsafe {
        zend_update_property(
            ptr::from_ref(scope).cast_mut(),
            object,
            name.as_ptr().cast(),
            name.len(),
            &raw mut value,
        );
    }
    Ok(())
}

/// Reads a property as code of class `scope` would; null when there is none.
pub fn read(scope: &'static ClassEntry, object: &mut ZendObject, name: &str) -> Zval {
    let mut buffer = Zval::new();
    // SAFETY: as in `write`. The result lies in the object or in `buffer`, both of which outlive
    // the copy made of it.
    let value = unsafe {
        ffi::zend_read_property(
            ptr::from_ref(scope).cast_mut(),
            object,
            name.as_ptr().cast(),
            name.len(),
            true,
            &raw mut buffer,
        )
        .as_ref()
    };
    value.map_or_else(Zval::new, |value| value.dereference().shallow_clone())
}

/// Declares `public readonly <type> $name`, where `kind` is PHP's type number (`IS_STRING`, ...).
pub fn declare_readonly(class: &mut ClassEntry, name: &str, kind: u32) {
    let mut default = Zval::new();
    // PHP wants a readonly property to start uninitialised, not null.
    default.u1.type_info = ffi::IS_UNDEF;
    let of_type = ffi::zend_type {
        ptr: ptr::null_mut(),
        type_mask: 1 << kind,
    };
    let flags = (ffi::ZEND_ACC_PUBLIC | READONLY).cast_signed();
    // SAFETY: called during MINIT on a class just registered; PHP takes the interned name over and
    // copies the rest.
    unsafe {
        zend_declare_typed_property(
            class,
            ZendStr::new_interned(name, true).into_raw(),
            &raw mut default,
            flags,
            ptr::null_mut(),
            of_type,
        );
    }
}
