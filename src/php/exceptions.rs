//! The extension's exceptions, and how a refusal of the relay becomes one.
//!
//! What an exception carries beside its message lies in a private property and comes out through
//! `errors()` or `reason()`.

#![allow(unsafe_code)]

use std::panic::AssertUnwindSafe;

use ext_php_rs::args::ArgInfoTables;
use ext_php_rs::builders::{ClassBuilder, ClassProperty, FunctionBuilder};
use ext_php_rs::class::ClassEntryInfo;
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::exception::{PhpException, PhpResult};
use ext_php_rs::flags::{ClassFlags, DataType, MethodFlags, PropertyFlags};
use ext_php_rs::types::{ZendHashTable, ZendObject, Zval};
use ext_php_rs::zend::{ClassEntry, ExecuteData, ce, run_handler};

use super::output;
use super::panics;
use super::plain::{self, Plain};
use crate::relay::Refusal;

// SAFETY: declared as in PHP's ext/spl/spl_exceptions.h. SPL is always compiled in and its MINIT
// runs before that of any loaded extension.
unsafe extern "C" {
    static spl_ce_InvalidArgumentException: *mut ClassEntry;
    static spl_ce_RuntimeException: *mut ClassEntry;
}

static MARKER: Plain = Plain::new();
static CONFIG: Plain = Plain::new();
static INVALID: Plain = Plain::new();
static SPOOL: Plain = Plain::new();

/// What an exception carries: the name of the private property and of its getter.
struct Payload {
    name: &'static str,
    kind: DataType,
    getter: extern "C" fn(&mut ExecuteData, &mut Zval),
}
const ERRORS: Payload = Payload {
    name: "errors",
    kind: DataType::Array,
    getter: errors,
};
const REASON: Payload = Payload {
    name: "reason",
    kind: DataType::String,
    getter: reason,
};

/// Runs one call of the relay: a refusal or a panic comes back as the exception to throw.
pub fn guarded<T>(call: impl FnOnce() -> std::result::Result<T, Refusal>) -> PhpResult<T> {
    match panics::caught(call) {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(refusal)) => Err(exception(&refusal)),
        Err(message) => Err(thrown(ce::error(), &message, |_| Ok(()))),
    }
}

fn exception(refusal: &Refusal) -> PhpException {
    let message = refusal.to_string();
    match refusal {
        Refusal::Config(faults) => with(&CONFIG, &message, ERRORS.name, output::faults(faults)),
        Refusal::Invalid(faults) => with(&INVALID, &message, ERRORS.name, output::faults(faults)),
        Refusal::Spool { reason, .. } => with(&SPOOL, &message, REASON.name, *reason),
    }
}

/// An exception of `class` with a payload in its private property `name`.
fn with(class: &Plain, message: &str, name: &str, payload: impl IntoZval) -> PhpException {
    match class.class() {
        Ok(class) => thrown(class, message, |object| {
            plain::write(class, object, name, payload)
        }),
        Err(failure) => failure.into(),
    }
}

/// An exception made where PHP code called us: file, line and trace are filled in by PHP, as for
/// one of its own. The trace's first frame is our method, whose arguments hold the access token or
/// the visitor's data, so they are taken out.
fn thrown(
    class: &'static ClassEntry,
    message: &str,
    fill: impl FnOnce(&mut ZendObject) -> Result<()>,
) -> PhpException {
    let build = || {
        // Message and trace are declared by \Exception or by \Error, which are unrelated.
        let base = if class.instance_of(ce::error()) {
            ce::error()
        } else {
            ce::exception()
        };
        let mut object = ZendObject::new(class);
        plain::write(base, &mut object, "message", message)?;
        fill(&mut object)?;
        let mut trace = plain::read(base, &mut object, "trace");
        let own = trace.array_mut().and_then(|frames| frames.get_index_mut(0));
        if let Some(frame) = own.and_then(Zval::array_mut) {
            frame.remove("args");
        }
        plain::write(base, &mut object, "trace", trace)?;
        object.into_zval(false)
    };
    match build() {
        Ok(object) => PhpException::new(message.to_owned(), 0, class).with_object(object),
        Err(failure) => failure.into(),
    }
}

/// Declares the interface and the three classes; for MINIT.
pub fn declare() -> Result<()> {
    ClassBuilder::new("Pinrelay\\Exception")
        .flags(ClassFlags::Interface)
        .implements((ce::throwable, "\\Throwable"))
        .registration(|class, arguments| MARKER.set(class, arguments))
        .register()?;
    let argument: ClassEntryInfo = (
        // SAFETY: set by SPL's MINIT, which has run, and unchanged until PHP ends.
        || unsafe { &*spl_ce_InvalidArgumentException },
        "\\InvalidArgumentException",
    );
    // SAFETY: as above.
    let runtime: ClassEntryInfo = (
        || unsafe { &*spl_ce_RuntimeException },
        "\\RuntimeException",
    );
    class(
        "Pinrelay\\ConfigException",
        argument,
        &ERRORS,
        |class, arguments| {
            CONFIG.set(class, arguments);
        },
    )?;
    class(
        "Pinrelay\\InvalidEventException",
        argument,
        &ERRORS,
        |class, arguments| {
            INVALID.set(class, arguments);
        },
    )?;
    class(
        "Pinrelay\\SpoolException",
        runtime,
        &REASON,
        |class, arguments| {
            SPOOL.set(class, arguments);
        },
    )
}

/// A final exception class with one getter and the private property of the same name behind it.
fn class(
    name: &str,
    parent: ClassEntryInfo,
    payload: &Payload,
    registered: fn(&'static mut ClassEntry, ArgInfoTables),
) -> Result<()> {
    let getter = FunctionBuilder::new(payload.name, payload.getter);
    let property = ClassProperty {
        name: payload.name.to_owned(),
        flags: PropertyFlags::Private,
        default: None,
        docs: &[],
        ty: None,
        nullable: true,
        readonly: false,
        default_stub: None,
    };
    ClassBuilder::new(name)
        .flags(ClassFlags::Final)
        .extends(parent)
        // Declared a few lines up in the same MINIT; \Throwable only stands in for the impossible.
        .implements((
            || MARKER.class().unwrap_or_else(|_| ce::throwable()),
            "\\Pinrelay\\Exception",
        ))
        .method(
            getter.returns(payload.kind, false, false),
            MethodFlags::Public,
        )
        .property(property)
        .registration(registered)
        .register()
}

/// `errors()`. PHP code may construct the exception itself; then the list is empty.
extern "C" fn errors(call: &mut ExecuteData, result: &mut Zval) {
    answer(
        call,
        result,
        ERRORS.name,
        Zval::is_array,
        ZendHashTable::new,
    );
}

/// `reason()`. PHP code may construct the exception itself; then the reason is the general one.
extern "C" fn reason(call: &mut ExecuteData, result: &mut Zval) {
    answer(call, result, REASON.name, Zval::is_string, || "io");
}

fn answer<T: IntoZval>(
    call: &mut ExecuteData,
    result: &mut Zval,
    name: &str,
    fits: fn(&Zval) -> bool,
    otherwise: fn() -> T,
) {
    // Without it a panic would cross into C and end the process.
    run_handler(AssertUnwindSafe(|| {
        let value = call.get_self().map(|object| {
            let class = object.get_class_entry();
            plain::read(class, object, name)
        });
        *result = match value.filter(fits) {
            Some(value) => value,
            None => otherwise().into_zval(false).unwrap_or_default(),
        };
    }));
}
