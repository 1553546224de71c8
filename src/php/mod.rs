//! The only module that knows Zend: PHP arrays in, receipts and arrays out, every refusal an
//! exception, every panic an `\Error`.
//!
//! It decides nothing about events, spools or Pinterest. Each method of [`relay::RelayObject`] reads its
//! input into plain Rust values, calls [`crate::relay`] and builds PHP values only from the
//! finished result, because a fatal error of PHP jumps over Rust frames without dropping what they
//! hold: a lock held at that moment would stay locked for ever.
//!
//! `Pinrelay\Relay` is a `#[php_class]`. The exceptions and `Pinrelay\Receipt` are plain classes
//! ([`plain`]): only so do exceptions know their file, line and trace, and only so are the
//! receipt's properties PHP's own `readonly`.
//!
//! The contract is `pinrelay.stub.php`; `tests/extension` compares the two by reflection.

// `php_module` exports `get_module` under its plain name, which counts as unsafe code.
#![allow(unsafe_code)]

mod exceptions;
mod info;
mod ini;
mod input;
mod output;
mod panics;
mod plain;
mod receipt;
mod relay;

use std::panic::catch_unwind;

use ext_php_rs::internal::startup_guard;
use ext_php_rs::prelude::{ModuleBuilder, php_module};

/// MINIT. It may run several times in a process (each graceful restart of Apache), in a parent
/// that serves no request, often as root: it declares names and touches neither files nor threads.
extern "C" fn startup(_type: i32, module: i32) -> i32 {
    startup_guard(|| {
        panics::keep_values_out_of_logs();
        crate::relay::start();
        ini::register(module);
        exceptions::declare()?;
        receipt::declare()
    })
}

/// MSHUTDOWN. Every captured event is on disk already, so all there is to do is to stop the sender,
/// which takes 200 ms at most.
extern "C" fn shutdown(_type: i32, module: i32) -> i32 {
    // A panic must not cross into C; and no caller is left who could be told.
    let _ = catch_unwind(crate::relay::stop);
    ini::unregister(module);
    0
}

#[php_module]
#[php(startup = "startup")]
fn get_module(module: ModuleBuilder) -> ModuleBuilder {
    module
        .class::<relay::RelayObject>()
        .shutdown_function(shutdown)
        .info_function(info::table)
}
