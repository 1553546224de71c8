//! Turns a panic into a message that names the place in our source and nothing else.
//!
//! The text of a panic may quote the value it happened on (a slice out of bounds quotes the whole
//! string): an e-mail address must reach neither PHP's error log nor an exception that way.

use std::panic::{AssertUnwindSafe, Location, catch_unwind, set_hook};
use std::sync::Mutex;

use crate::process;

/// Where this library last panicked. Only ever tried, never waited for: after a fork it may be
/// locked by a thread that does not exist.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Replaces the default report of a panic, which prints its text, by one of its place. Concerns
/// this library alone: each cdylib carries its own copy of the runtime. It must not panic itself,
/// which would end the process: so nothing is printed where that cannot be done.
pub fn keep_values_out_of_logs() {
    set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(|| "unknown".to_owned(), Location::to_string);
        process::write_stderr(&format!("pinrelay: panic at {place}\n"));
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

    /// Says to the test's own child which stderr it has.
    const WITHOUT_STDERR: &str = "PINRELAY_TEST_PANIC";

    #[test]
    fn a_panicking_process() {
        if std::env::var_os(WITHOUT_STDERR).is_none() {
            return; // A part of the test below, and nothing by itself.
        }
        keep_values_out_of_logs();
        let told = caught(|| panic!("on purpose"));
        std::process::exit(if told.is_err() { 7 } else { 8 });
    }

    #[test]
    fn a_panic_that_nobody_can_be_told_of_is_contained_all_the_same() {
        use std::fs::OpenOptions;
        use std::process::{Command, Stdio};
        let (reader, full) = std::io::pipe().unwrap();
        rustix::io::ioctl_fionbio(&full, true).unwrap();
        while rustix::io::write(&full, &[b' '; 4096]).is_ok() {}
        rustix::io::ioctl_fionbio(&full, false).unwrap();
        let (gone, without_reader) = std::io::pipe().unwrap();
        drop(gone);
        let full_disk = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let read_only = OpenOptions::new().read(true).open("/dev/null").unwrap();
        for (stderr, which) in [
            (Stdio::from(full_disk), "a full disk"),
            (Stdio::from(read_only), "not to be written"),
            (Stdio::from(without_reader), "a pipe without a reader"),
            (Stdio::from(full), "a pipe that nobody empties"),
        ] {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    "php::panics::tests::a_panicking_process",
                    "--nocapture",
                ])
                .env(WITHOUT_STDERR, "1")
                .stdout(Stdio::null())
                .stderr(stderr)
                .spawn()
                .unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(7), "{which}");
        }
        drop(reader);
    }

    #[test]
    fn without_a_panic_the_result_comes_through() {
        assert_eq!(caught(|| 7), Ok(7));
    }
}
