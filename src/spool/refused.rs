//! The newest capture that was refused, so that an owner learns why orders do
//! not come through.
//!
//! Its bytes on the disk are allocated together with the spool and written over, so
//! that there is space for it when there is none for anything else. It must not know the
//! event that was refused.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};

use super::{Mode, SpoolDir, SpoolError, disk, shorten};

const FILE: &str = "refused";
/// Bytes; what is not used is spaces.
const SIZE: usize = 2_048;

/// What a caller got instead of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Unix seconds.
    pub at: i64,
    /// As `SpoolException::reason()` has it.
    pub reason: String,
    /// For people: the file and the cause.
    pub message: String,
}

impl Refused {
    /// Allocates the file. Where that fails, a refusal is returned to its caller only.
    pub(super) fn allocate(spool: &SpoolDir) {
        let path = spool.file(FILE);
        if fs::symlink_metadata(&path).is_ok_and(|meta| meta.len() >= SIZE as u64) {
            return;
        }
        let disk = spool.disk();
        let made = disk
            .open(&path, Mode::Append)
            .and_then(|file| disk::write_all(disk, &file, &[b' '; SIZE]));
        if let Err(error) = made {
            log::warn!(target: spool.log_target(), "cannot write to {}: {error}", path.display());
        }
    }

    /// Notes a refusal. Where that cannot be done it is logged.
    pub(super) fn note(spool: &SpoolDir, error: &SpoolError) {
        let refused = Self {
            at: disk::unix_now(),
            reason: error.reason.as_str().to_owned(),
            message: shorten(&error.message),
        };
        let disk = spool.disk();
        let noted = serde_json::to_vec(&refused)
            .map_err(io::Error::from)
            .and_then(|mut text| {
                if text.len() > SIZE {
                    // A path of control characters.
                    return Err(io::ErrorKind::InvalidData.into());
                }
                text.resize(SIZE, b' ');
                let file = disk.open(&spool.file(FILE), Mode::Edit)?;
                disk::write_all(disk, &file, &text)
            });
        if noted.is_err() {
            log::error!(target: spool.log_target(), "a capture was refused: {error}");
        }
    }

    /// The newest refusal, if there ever was one.
    pub fn read(spool: &SpoolDir) -> Option<Self> {
        let text = disk::read(spool.disk(), &spool.file(FILE)).ok()??;
        serde_json::from_slice(&text).ok()
    }
}
