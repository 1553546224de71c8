//! `Pinrelay\Relay`: each method reads its arguments, makes one call of the relay, hands the result
//! back.

// Parameter names are part of the contract (PHP calls by them) and are PHP's, in camel case.
#![allow(non_snake_case, missing_docs)]

use std::sync::Arc;

use ext_php_rs::exception::PhpResult;
use ext_php_rs::ffi::ext_php_rs_compiler_globals;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::{php_class, php_impl};
use ext_php_rs::types::ZendHashTable;
use ext_php_rs::zend::php_sapi_name;

use super::exceptions::guarded;
use super::ini;
use super::input;
use super::output::Table;
use super::receipt::ReceiptObject;
use crate::relay::{Host, Relay};
use crate::spool::RealDisk;

/// Not `Clone`, so that PHP's `clone` is refused; ext-php-rs refuses serialisation by itself.
#[php_class]
#[php(
    name = "Pinrelay\\Relay",
    flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties)
)]
pub struct RelayObject(Relay);

#[php_impl]
impl RelayObject {
    pub const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    pub const API_LEVEL: i64 = 2;

    pub fn __construct(options: &ZendHashTable) -> PhpResult<Self> {
        let options = input::read(options);
        let host = Host {
            sapi: sapi(),
            ini: ini::read(),
            disk: Arc::new(RealDisk),
        };
        guarded(|| Relay::new(&options, &host)).map(Self)
    }

    pub fn prepare(&self, event: &ZendHashTable) -> PhpResult<ReceiptObject> {
        let event = input::read(event);
        guarded(|| self.0.prepare(&event)).map(ReceiptObject)
    }

    pub fn capture(&self, event: &ZendHashTable) -> PhpResult<ReceiptObject> {
        let event = input::read(event);
        guarded(|| self.0.capture(&event)).map(ReceiptObject)
    }

    pub fn status(&self) -> PhpResult<Table> {
        guarded(|| self.0.status()).map(Table)
    }

    #[php(defaults(cursor = String::new(), limit = 1000))]
    pub fn settled(&self, cursor: String, limit: i64) -> PhpResult<Table> {
        guarded(|| self.0.settled(&cursor, limit)).map(Table)
    }

    #[php(defaults(limit = 50))]
    pub fn recent(&self, limit: i64) -> PhpResult<Table> {
        guarded(|| self.0.recent(limit)).map(Table)
    }

    #[php(defaults(limit = 50))]
    pub fn rejected(&self, limit: i64) -> PhpResult<Table> {
        guarded(|| self.0.rejected(limit)).map(Table)
    }

    pub fn retry(&self, eventIds: &ZendHashTable) -> PhpResult<i64> {
        let ids = input::read(eventIds);
        guarded(|| self.0.retry(&ids))
    }

    pub fn withdraw(&self, eventIds: &ZendHashTable) -> PhpResult<i64> {
        let ids = input::read(eventIds);
        guarded(|| self.0.withdraw(&ids))
    }

    pub fn withdraw_visitor(&self, externalId: String) -> PhpResult<i64> {
        guarded(|| self.0.withdraw_visitor(&externalId))
    }

    pub fn drain(&self, seconds: f64) -> PhpResult<Table> {
        guarded(|| self.0.drain(seconds)).map(Table)
    }

    pub fn send_test(&self, event: &ZendHashTable) -> PhpResult<Table> {
        let event = input::read(event);
        guarded(|| self.0.send_test(&event)).map(Table)
    }

    pub fn purge(&self) -> PhpResult<i64> {
        guarded(|| self.0.purge())
    }
}

/// What kind of process this is. While opcache preloads it is FPM's master, which the workers are
/// forked from, or a helper that ends without MSHUTDOWN: neither may start a thread.
fn sapi() -> String {
    /// As in PHP's Zend/zend_compile.h.
    const ZEND_COMPILE_PRELOAD: u32 = 1 << 15;
    // SAFETY: PHP's compiler globals live as long as the process; this runs on PHP's thread, in a
    // method that PHP has called, and only reads.
    let options =
        unsafe { ext_php_rs_compiler_globals().as_ref() }.map_or(0, |cg| cg.compiler_options);
    if options & ZEND_COMPILE_PRELOAD != 0 {
        return "opcache.preload".to_owned();
    }
    php_sapi_name().unwrap_or_default()
}
