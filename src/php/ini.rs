//! The ini settings, all `System`: what a site's own code may not change.
//!
//! They are read when a `Relay` is constructed and no copy is kept from MINIT, because
//! `php_admin_value` of an FPM pool or a virtual host exists only while a request runs.

#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int};
use std::panic::catch_unwind;
use std::ptr;
use std::sync::OnceLock;

use ext_php_rs::ffi::zend_ini_entry;
use ext_php_rs::flags::IniEntryPermission;
use ext_php_rs::zend::{IniEntryDef, IniEntryDefs};

use crate::relay::Ini;

// SAFETY: declared as in PHP's Zend/zend_ini.h; all are exported by every PHP from 8.1 on.
unsafe extern "C" {
    fn zend_ini_string_ex(
        name: *const c_char,
        length: usize,
        original: i32,
        exists: *mut bool,
    ) -> *const c_char;
    fn zend_unregister_ini_entries(module: i32);
    // As in main/php_output.h.
    fn php_output_write(text: *const c_char, length: usize) -> usize;
}

const PROXY: &CStr = c"pinrelay.proxy";

/// A setting's name, the field that carries its text, and what an empty text says. In an ini file
/// PHP makes an empty text of the bare words `off`, `no`, `false` and `none`, so that is what
/// `pinrelay.sender = off` arrives as.
type Setting = (&'static CStr, fn(&mut Ini) -> &mut String, &'static str);

const SETTINGS: [Setting; 10] = [
    (c"pinrelay.spool_root", |ini| &mut ini.spool_root, ""),
    (c"pinrelay.sender", |ini| &mut ini.sender, "off"),
    (c"pinrelay.durability", |ini| &mut ini.durability, "off"),
    (c"pinrelay.max_bytes", |ini| &mut ini.max_bytes, ""),
    (PROXY, |ini| &mut ini.proxy, ""),
    (c"pinrelay.cafile", |ini| &mut ini.cafile, ""),
    (
        c"pinrelay.connect_timeout",
        |ini| &mut ini.connect_timeout,
        "",
    ),
    (c"pinrelay.timeout", |ini| &mut ini.timeout, ""),
    (c"pinrelay.concurrency", |ini| &mut ini.concurrency, ""),
    (c"pinrelay.log_level", |ini| &mut ini.log_level, "off"),
];

/// Makes the settings known to PHP, with the relay's own defaults.
pub fn register(module: i32) {
    // PHP 8.5 keeps the table itself, so it is built once and stays for the life of the library.
    static TABLE: OnceLock<&IniEntryDefs<{ SETTINGS.len() + 1 }>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let mut defaults = Ini::default();
        let mut entries = [const { IniEntryDef::end() }; SETTINGS.len() + 1];
        for (entry, (name, field, _)) in entries.iter_mut().zip(SETTINGS) {
            let default = CString::new(field(&mut defaults).as_str()).unwrap_or_default();
            let default = Box::leak(default.into_boxed_c_str());
            *entry = IniEntryDef::new(name, default, IniEntryPermission::System);
            if name == PROXY {
                entry.displayer = Some(show_proxy);
            }
        }
        Box::leak(Box::new(IniEntryDefs::new(entries)))
    });
    IniEntryDef::register(table.as_slice(), module);
}

/// How phpinfo() shows the proxy: hosts leave that page open to strangers.
unsafe extern "C" fn show_proxy(_: *mut zend_ini_entry, _: c_int) {
    // A panic must not cross into C.
    let shown = catch_unwind(|| {
        let proxy = text(PROXY).unwrap_or_default();
        match crate::relay::without_password(&proxy) {
            "" => "no value".to_owned(),
            shown => shown.to_owned(),
        }
    });
    let shown = shown.unwrap_or_default();
    // SAFETY: PHP copies as many bytes as it is told, and the text is that long.
    unsafe { php_output_write(shown.as_ptr().cast(), shown.len()) };
}

/// Takes them back at shutdown: PHP's table would keep pointing into the unloaded library.
pub fn unregister(module: i32) {
    // SAFETY: called from MSHUTDOWN with the module number that `register` was given.
    unsafe { zend_unregister_ini_entries(module) }
}

/// The settings as they stand now, for this request.
pub fn read() -> Ini {
    let mut ini = Ini::default();
    for (name, field, empty) in SETTINGS {
        if let Some(text) = text(name) {
            *field(&mut ini) = if text.is_empty() {
                empty.to_owned()
            } else {
                text
            };
        }
    }
    ini
}

fn text(name: &CStr) -> Option<String> {
    // SAFETY: PHP copies nothing and keeps nothing of the name, which is valid for the given
    // length; the last argument may be null. PHP gives null for an unknown name.
    let value =
        unsafe { zend_ini_string_ex(name.as_ptr(), name.count_bytes(), 0, ptr::null_mut()) };
    if value.is_null() {
        return None;
    }
    // SAFETY: a value that PHP gives out is NUL-terminated and lives until the setting changes,
    // which cannot happen before the next line has copied it.
    let value = unsafe { CStr::from_ptr(value) };
    Some(value.to_string_lossy().into_owned())
}
