//! Keeps the library mapped for as long as the process lives.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_int, c_void};

/// Keeps the library in memory when PHP unloads it: a thread, or the handler
/// for forks, may still run its code. Returns false if that is not certain.
pub fn keep_mapped() -> bool {
    let here: fn() -> bool = keep_mapped;
    // SAFETY: `info` is filled by dladdr before it is read, and its file name
    // is a C string owned by the loader. RTLD_NOLOAD only takes another
    // reference to what is loaded; the handle is meant to leak.
    unsafe {
        let mut info: libc::Dl_info = std::mem::zeroed();
        if libc::dladdr(here as *const c_void, &raw mut info) == 0 || info.dli_fname.is_null() {
            return false;
        }
        let flags: c_int = libc::RTLD_NOW | libc::RTLD_NOLOAD | libc::RTLD_NODELETE;
        let handle = libc::dlopen(info.dli_fname, flags);
        // A test's executable is never unloaded.
        !handle.is_null() || !is_library(&info)
    }
}

/// Whether the code was loaded from a shared object.
fn is_library(info: &libc::Dl_info) -> bool {
    // SAFETY: checked non-null by the caller, and owned by the loader.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    name.to_bytes().windows(3).any(|part| part == b".so")
}
