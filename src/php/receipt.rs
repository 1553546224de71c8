//! `Pinrelay\Receipt`: four typed `readonly` properties, made when the first is looked at.
//!
//! The tag's calls cost as much as all the rest of a capture, and who only captures never reads
//! them. So an object starts with its properties undefined and the core's receipt in the unused
//! value of the first one's slot. Every handler through which PHP looks at an object's properties
//! fills them in and goes on as PHP's own does; PHP itself asks the handler wherever it finds a
//! property undefined.

#![allow(unsafe_code)]

use std::mem::{offset_of, size_of};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};

use ext_php_rs::builders::{ClassBuilder, FunctionBuilder};
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::ffi::{
    HashTable, IS_ARRAY, IS_STRING, IS_UNDEF, std_object_handlers, zend_object,
    zend_object_handlers, zend_object_std_dtor, zend_std_compare_objects, zend_std_get_properties,
    zend_std_get_property_ptr_ptr, zend_std_has_property, zend_std_read_property,
    zend_std_unset_property, zend_std_write_property,
};
use ext_php_rs::flags::{ClassFlags, DataType, MethodFlags};
use ext_php_rs::types::{ZendObject, ZendStr, Zval};
use ext_php_rs::zend::ExecuteData;

use super::output::{self, Calls};
use super::plain::{self, Plain};
use crate::relay::Receipt;
use crate::wire::script::safe_json;

static RECEIPT: Plain = Plain::new();
/// Set by each MINIT; never freed, as objects may outlive the request that made them.
static HANDLERS: AtomicPtr<zend_object_handlers> = AtomicPtr::new(ptr::null_mut());

/// Receipts whose properties are still to be made. PHP's memory_limit does not count them, so with
/// more than a few of them the next ones are made at once.
static PENDING: AtomicUsize = AtomicUsize::new(0);
const MAX_PENDING: usize = 16;

/// A receipt that becomes an object of PHP.
pub struct ReceiptObject(pub Receipt);

impl IntoZval for ReceiptObject {
    const TYPE: DataType = DataType::object("Pinrelay\\Receipt");
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, persistent: bool) -> Result<()> {
        let mut object = ZendObject::new(RECEIPT.class()?);
        let receipt = Box::into_raw(Box::new(self.0));
        // SAFETY: an object of this class has four slots. The first is undefined, so only
        // `pending` reads its value.
        unsafe { (*slots(&raw mut *object)).value.ptr = receipt.cast() };
        object.handlers = HANDLERS.load(Ordering::Acquire);
        if PENDING.fetch_add(1, Ordering::Relaxed) >= MAX_PENDING {
            // SAFETY: the object was made above, and no other code has seen it.
            unsafe { fill(&raw mut *object) };
        }
        object.set_zval(zv, persistent)
    }
}

/// How many properties are declared.
const SLOTS: i32 = 4;

/// The slots of the declared properties, in the order of their declaration.
///
/// # Safety
/// `object` is a live object.
unsafe fn slots(object: *mut zend_object) -> *mut Zval {
    // SAFETY: by the caller. PHP allocates the slots behind the object.
    unsafe { (&raw mut (*object).properties_table).cast() }
}

/// The receipt of which an object's properties are still to be made. Returns null if they are
/// made, and for an object that is not made by us (by reflection, without its constructor).
///
/// # Safety
/// `object` is a live object.
unsafe fn pending(object: *mut zend_object) -> *mut Receipt {
    // SAFETY: by the caller; with our handlers it is an object of our class.
    unsafe {
        let first = slots(object);
        let is_ours = ptr::eq((*object).handlers, HANDLERS.load(Ordering::Acquire));
        match is_ours && (*first).u1.type_info == IS_UNDEF {
            true => (*first).value.ptr.cast(),
            false => ptr::null_mut(),
        }
    }
}

/// Makes the properties, unless they are there.
///
/// # Safety
/// `object` is a live object, and no reference into it is held.
unsafe fn fill(object: *mut zend_object) {
    // SAFETY: by the caller. A receipt was leaked from a box by `set_zval` and is taken back once,
    // as the first slot is defined from then on. A fatal error of PHP (memory_limit) that jumps out
    // of `properties` leaves it where it is, for `free`.
    unsafe {
        let receipt = pending(object);
        let Some(given) = receipt.as_ref() else {
            return;
        };
        // Without them PHP reports that they are not initialised.
        let made = catch_unwind(AssertUnwindSafe(|| properties(given)));
        if let Ok(Ok(made)) = made {
            for (at, value) in made.into_iter().enumerate() {
                ptr::write(slots(object).add(at), value);
            }
            discard(receipt);
        }
    }
}

/// # Safety
/// `receipt` is one that `pending` returned, and it is not used again.
unsafe fn discard(receipt: *mut Receipt) {
    PENDING.fetch_sub(1, Ordering::Relaxed);
    // SAFETY: by the caller; `set_zval` leaked it from a box.
    drop(unsafe { Box::from_raw(receipt) });
}

fn properties(receipt: &Receipt) -> Result<[Zval; 4]> {
    let calls = receipt.tag_calls();
    Ok([
        receipt.event_id().into_zval(false)?,
        Calls(&calls).into_zval(false)?,
        safe_json(&calls).into_zval(false)?,
        output::faults(&receipt.warnings).into_zval(false)?,
    ])
}

/// PHP's own handlers, with `fill` before each that looks at properties.
fn handlers() -> zend_object_handlers {
    // SAFETY: PHP's table is constant. Behind `clone_obj` PHP 8.5 has one that clones with other
    // properties, which may be null and then throws, as it would for read-only ones.
    let mut handlers = unsafe {
        let mut handlers = ptr::read(&raw const std_object_handlers);
        let from = offset_of!(zend_object_handlers, clone_obj) + size_of::<usize>();
        let to = offset_of!(zend_object_handlers, read_property);
        ptr::write_bytes((&raw mut handlers).cast::<u8>().add(from), 0, to - from);
        handlers
    };
    handlers.free_obj = Some(free);
    handlers.clone_obj = Some(clone);
    handlers.read_property = Some(read);
    handlers.write_property = Some(write);
    handlers.get_property_ptr_ptr = Some(pointer);
    handlers.has_property = Some(has);
    handlers.unset_property = Some(unset);
    handlers.get_properties = Some(all);
    handlers.get_gc = Some(children);
    handlers.compare = Some(compare);
    handlers
}

type Cache = *mut *mut std::ffi::c_void;

// SAFETY, of all handlers: PHP calls them with live objects of our class, and arguments that its
// own handlers take.

unsafe extern "C" fn free(object: *mut zend_object) {
    // SAFETY: as above. The object is not used after this, so the receipt is taken once.
    unsafe {
        let receipt = pending(object);
        if !receipt.is_null() {
            discard(receipt);
        }
        zend_object_std_dtor(object);
    }
}

unsafe extern "C" fn clone(object: *mut zend_object) -> *mut zend_object {
    // SAFETY: as above. The new object has all properties, so it holds no receipt.
    unsafe {
        fill(object);
        let Some(own) = std_object_handlers.clone_obj else {
            return ptr::null_mut();
        };
        let new = own(object);
        if pending(object).is_null() {
            (*new).handlers = (*object).handlers;
        }
        new
    }
}

unsafe extern "C" fn read(
    object: *mut zend_object,
    name: *mut ZendStr,
    kind: i32,
    cache: Cache,
    buffer: *mut Zval,
) -> *mut Zval {
    // SAFETY: as above.
    unsafe {
        fill(object);
        zend_std_read_property(object, name, kind, cache, buffer)
    }
}

unsafe extern "C" fn write(
    object: *mut zend_object,
    name: *mut ZendStr,
    value: *mut Zval,
    cache: Cache,
) -> *mut Zval {
    // SAFETY: as above.
    unsafe {
        fill(object);
        zend_std_write_property(object, name, value, cache)
    }
}

unsafe extern "C" fn pointer(
    object: *mut zend_object,
    name: *mut ZendStr,
    kind: i32,
    cache: Cache,
) -> *mut Zval {
    // SAFETY: as above.
    unsafe {
        fill(object);
        zend_std_get_property_ptr_ptr(object, name, kind, cache)
    }
}

unsafe extern "C" fn has(
    object: *mut zend_object,
    name: *mut ZendStr,
    kind: i32,
    cache: Cache,
) -> i32 {
    // SAFETY: as above.
    unsafe {
        fill(object);
        zend_std_has_property(object, name, kind, cache)
    }
}

unsafe extern "C" fn unset(object: *mut zend_object, name: *mut ZendStr, cache: Cache) {
    // SAFETY: as above.
    unsafe {
        fill(object);
        zend_std_unset_property(object, name, cache);
    }
}

unsafe extern "C" fn all(object: *mut zend_object) -> *mut HashTable {
    // SAFETY: as above.
    unsafe {
        fill(object);
        zend_std_get_properties(object)
    }
}

/// What the garbage collector follows. PHP's own handler would make the properties, and a table of
/// them, in the middle of a collection.
unsafe extern "C" fn children(
    object: *mut zend_object,
    table: *mut *mut Zval,
    n: *mut i32,
) -> *mut HashTable {
    // SAFETY: as above; the two results are PHP's to be filled in.
    unsafe {
        let is_pending = !pending(object).is_null();
        let all = (*object).properties;
        *table = slots(object);
        *n = if is_pending || !all.is_null() {
            0
        } else {
            SLOTS
        };
        all
    }
}

unsafe extern "C" fn compare(left: *mut Zval, right: *mut Zval) -> i32 {
    // SAFETY: as above; either may be no object at all.
    unsafe {
        for value in [left, right] {
            if (*value).is_object() {
                fill((*value).value.obj);
            }
        }
        zend_std_compare_objects(left, right)
    }
}

/// Declares the class; for MINIT.
pub fn declare() -> Result<()> {
    // Not serialisable: a receipt read back could claim a `tagJson` that was never made safe.
    let flags = ClassFlags::Final | ClassFlags::NoDynamicProperties | ClassFlags::NotSerializable;
    ClassBuilder::new("Pinrelay\\Receipt")
        .flags(flags)
        .method(
            FunctionBuilder::new("__construct", unreachable),
            MethodFlags::Private,
        )
        .registration(|class, arguments| {
            plain::declare_readonly(class, "eventId", IS_STRING);
            plain::declare_readonly(class, "tagCalls", IS_ARRAY);
            plain::declare_readonly(class, "tagJson", IS_STRING);
            plain::declare_readonly(class, "warnings", IS_ARRAY);
            RECEIPT.set(class, arguments);
            let handlers = Box::into_raw(Box::new(handlers()));
            HANDLERS.store(handlers, Ordering::Release);
        })
        .register()
}

/// The private constructor. No code of the class calls it, and no other code can.
extern "C" fn unreachable(_: &mut ExecuteData, _: &mut Zval) {}
