//! `Pinrelay\Relay`: each method reads its arguments, makes one call of the relay, hands the result
//! back.

// Parameter names are part of the contract (PHP calls by them) and are PHP's, in camel case.
#![allow(non_snake_case, missing_docs)]

use std::sync::Arc;

use ext_php_rs::exception::PhpResult;
use ext_php_rs::flags::ClassFlags;
use ext_php_rs::prelude::{php_class, php_impl};
use ext_php_rs::types::ZendHashTable;
use ext_php_rs::zend::php_sapi_name;

use super::exceptions::guarded;
use super::ini;
use super::input;
use super::output::Table;
use super::receipt::Receipt;
use crate::relay::{self, Host};
use crate::spool::RealDisk;

/// Not `Clone`, so that PHP's `clone` is refused; ext-php-rs refuses serialisation by itself.
#[php_class]
#[php(
    name = "Pinrelay\\Relay",
    flags = ClassFlags::Final.union(ClassFlags::NoDynamicProperties)
)]
pub struct Relay(relay::Relay);

#[php_impl]
impl Relay {
    pub const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    pub const API_LEVEL: i64 = 1;

    pub fn __construct(options: &ZendHashTable) -> PhpResult<Self> {
        let options = input::read(options);
        let host = Host {
            sapi: php_sapi_name().unwrap_or_default(),
            ini: ini::read(),
            disk: Arc::new(RealDisk),
        };
        guarded(|| relay::Relay::new(&options, &host)).map(Self)
    }

    pub fn prepare(&self, event: &ZendHashTable) -> PhpResult<Receipt> {
        let event = input::read(event);
        guarded(|| self.0.prepare(&event)).map(Receipt)
    }

    pub fn capture(&self, event: &ZendHashTable) -> PhpResult<Receipt> {
        let event = input::read(event);
        guarded(|| self.0.capture(&event)).map(Receipt)
    }

    pub fn status(&self) -> PhpResult<Table> {
        guarded(|| self.0.status()).map(Table)
    }

    #[php(defaults(cursor = String::new(), limit = 1000))]
    pub fn settled(&self, cursor: String, limit: i64) -> PhpResult<Table> {
        guarded(|| self.0.settled(&cursor, limit)).map(Table)
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
