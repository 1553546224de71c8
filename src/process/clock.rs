//! The monotonic clock, which cannot be set, and since when it counts.

#![allow(unsafe_code)]

use std::sync::OnceLock;

/// Identifies the start of the machine, which [`since_boot`] counts from. Empty where
/// the system does not tell.
pub fn boot_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
        id.unwrap_or_default().trim().to_owned()
    })
}

/// Seconds since the machine was started, time asleep included. Read through the C
/// library, so that a test can preload another one.
pub fn since_boot() -> i64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a timespec of ours, which the call fills in or
    // leaves as it is.
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    time.tv_sec
}
