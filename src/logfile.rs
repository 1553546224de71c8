//! The log beside the spool: one capped file for each destination.
//!
//! The target of a log line is the directory it is about; lines of other
//! crates, which may quote requests, have other targets and are dropped. No
//! line of ours holds an event, a token, a hash or an address. It must not know what a
//! spool is.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};
use rustix::fs::OFlags;

use crate::spool::unix_now;

/// Two files of this size at most: the current one and the one before it.
const MAX_FILE_BYTES: u64 = 512 * 1024;

struct Sink;

/// Sends log lines of at least this level to their files. The last caller in a
/// process decides the level.
pub fn install(level: LevelFilter) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Only fails where another logger was set, and this library sets no other.
        let _ = log::set_logger(&Sink);
    });
    log::set_max_level(level);
}

impl Log for Sink {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with('/')
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = format!(
            "{} {} [{}] {}\n",
            timestamp(unix_now()),
            record.level(),
            std::process::id(),
            record.args()
        );
        // There is no other place to report a log that cannot be written.
        let _ = append(&Path::new(record.target()).join("pinrelay.log"), &line);
    }

    fn flush(&self) {}
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    if fs::symlink_metadata(path).is_ok_and(|meta| meta.len() > MAX_FILE_BYTES) {
        fs::rename(path, path.with_extension("log.1"))?;
    }
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path)?
        .write_all(line.as_bytes())
}

/// `2026-11-21T23:00:00Z`.
fn timestamp(unix: i64) -> String {
    let (days, seconds) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    // Days since 0000-03-01, in eras of 400 years: leap days fall at the end
    // of a year that begins in March.
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_write_them() {
        for (unix, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_795_301_999, "2026-11-21T22:59:59Z"),
        ] {
            assert_eq!(timestamp(unix), text);
        }
    }

    #[test]
    fn a_planted_symlink_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let (path, bait) = (dir.path().join("pinrelay.log"), dir.path().join("bait"));
        fs::write(&bait, "somebody else's").unwrap();
        std::os::unix::fs::symlink(&bait, &path).unwrap();
        append(&path, "hello\n").unwrap_err();
        assert_eq!(fs::read_to_string(bait).unwrap(), "somebody else's");
    }

    #[test]
    fn a_named_pipe_in_its_place_keeps_nobody_waiting() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pinrelay.log");
        let mode = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        append(&path, "nobody reads it\n").unwrap_err();
    }

    #[test]
    fn the_file_is_capped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pinrelay.log");
        let line = "x".repeat(100_000);
        for _ in 0..30 {
            append(&path, &line).unwrap();
        }
        let size = |name| fs::metadata(dir.path().join(name)).unwrap().len();
        assert!(size("pinrelay.log") + size("pinrelay.log.1") < 2 * (MAX_FILE_BYTES + 200_000));
    }
}
