//! `Pinrelay\Receipt`: four typed `readonly` properties.

#![allow(unsafe_code)]

use ext_php_rs::builders::{ClassBuilder, FunctionBuilder};
use ext_php_rs::convert::IntoZval;
use ext_php_rs::error::Result;
use ext_php_rs::ffi::{IS_ARRAY, IS_STRING};
use ext_php_rs::flags::{ClassFlags, DataType, MethodFlags};
use ext_php_rs::types::{ZendObject, Zval};
use ext_php_rs::zend::ExecuteData;

use super::output::{self, Calls};
use super::plain::{self, Plain};
use crate::relay;
use crate::wire::script::safe_json;

static RECEIPT: Plain = Plain::new();

/// The core's receipt on its way to PHP.
pub struct Receipt(pub relay::Receipt);

impl IntoZval for Receipt {
    const TYPE: DataType = DataType::object("Pinrelay\\Receipt");
    const NULLABLE: bool = false;

    fn set_zval(self, zv: &mut Zval, persistent: bool) -> Result<()> {
        let class = RECEIPT.class()?;
        let mut object = ZendObject::new(class);
        let calls = self.0.tag_calls();
        plain::write(class, &mut object, "eventId", self.0.event_id())?;
        plain::write(class, &mut object, "tagCalls", Calls(&calls))?;
        plain::write(class, &mut object, "tagJson", safe_json(&calls))?;
        plain::write(
            class,
            &mut object,
            "warnings",
            output::faults(&self.0.warnings),
        )?;
        object.set_zval(zv, persistent)
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
        })
        .register()
}

/// The private constructor. No code of the class calls it, so nobody can.
extern "C" fn unreachable(_: &mut ExecuteData, _: &mut Zval) {}
