//! Turns a panic into a message that names the place in our source and nothing else.
//!
//! The text of a panic may quote the value it happened on (a slice out of bounds quotes the whole
//! string): an e-mail address must reach neither PHP's error log nor an exception that way.

use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook};
use std::sync::Mutex;

/// Where this library last panicked. Only ever tried, never waited for: after a fork it may be
/// locked by a thread that does not exist.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Replaces the default report of a panic, which prints its text, by one of its place. Concerns
/// this library alone: each cdylib carries its own copy of the runtime.
pub fn keep_values_out_of_logs() {
    set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(|| "unknown".to_owned(), Location::to_string);
        eprintln!("pinrelay: panic at {place}");
        if let Ok(mut last) = PLACE.try_lock() {
            *last = Some(place);
        }
    }));
}

/// Runs `work`; a panic in it becomes the message for an `\Error`.
pub fn caught<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let place = PLACE.try_lock().ok().and_then(|mut last| last.take());
        format!(
            "Rust panic at {}. This is a bug in Pinrelay; please report it with this line.",
            place.as_deref().unwrap_or("an unknown place")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::take_hook;

    #[test]
    fn a_panic_tells_its_place_and_not_its_text() {
        let usual = take_hook();
        keep_values_out_of_logs();
        let message = caught(|| panic!("jane@example.com")).unwrap_err();
        set_hook(usual);
        assert!(message.contains("src/php/panics.rs:"), "{message}");
        assert!(!message.contains("jane"), "{message}");
    }

    #[test]
    fn without_a_panic_the_result_comes_through() {
        assert_eq!(caught(|| 7), Ok(7));
    }
}
