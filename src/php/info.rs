//! The table of `phpinfo()`. It shows what this build is and how it is set up, and no state of any
//! spool: that is `Relay::status()`, and a page that hosts leave open to strangers must not tell.

#![allow(unsafe_code)]

use std::ffi::CString;
use std::panic::catch_unwind;

use ext_php_rs::ffi::{
    php_info_print_table_end, php_info_print_table_header, php_info_print_table_row,
    php_info_print_table_start,
};
use ext_php_rs::zend::ModuleEntry;

use super::ini;
use super::relay::RelayObject;

// SAFETY: declared as in PHP's main/php_ini.h, exported by every PHP from 8.1 on.
unsafe extern "C" {
    fn display_ini_entries(module: *mut ModuleEntry);
}

/// The module's `info_func`.
pub extern "C" fn table(module: *mut ModuleEntry) {
    // A panic must not cross into C. What PHP itself prints below stays outside.
    let rows = catch_unwind(rows).unwrap_or_default();
    // SAFETY: the printing functions take as many C strings as their first argument says, and all
    // of them live until the table is done; `module` is PHP's own pointer to this module.
    unsafe {
        php_info_print_table_start();
        php_info_print_table_header(2, c"Pinrelay".as_ptr(), c"enabled".as_ptr());
        for (name, value) in &rows {
            php_info_print_table_row(2, name.as_ptr(), value.as_ptr());
        }
        php_info_print_table_end();
        display_ini_entries(module);
    }
}

fn rows() -> Vec<(CString, CString)> {
    let rows = [
        ("Version", RelayObject::VERSION.to_owned()),
        ("Commit", env!("PINRELAY_COMMIT").to_owned()),
        ("API level", RelayObject::API_LEVEL.to_string()),
        ("Sender", ini::read().sender),
    ];
    rows.into_iter()
        .filter_map(|(name, value)| Some((CString::new(name).ok()?, CString::new(value).ok()?)))
        .collect()
}
