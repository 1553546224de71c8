//! Why a spool could not be used, as the reasons that PHP callers branch on.
//!
//! It must not know what the spool was used for: a caller says what it tried, and on
//! which file.

use std::io;
use std::path::Path;

use rustix::io::Errno;

/// What stands in the way of writing to a spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The disk, the quota or `pinrelay.max_bytes` is exhausted.
    Full,
    /// The directory cannot be written by this user.
    ReadOnly,
    /// The spool belongs to another user.
    ForeignOwner,
    /// The spool belongs to another site, or is a copy of another spool.
    ForeignSite,
    /// Others could read or replace what is written here.
    Unsafe,
    /// A later version wrote it: this one leaves it alone.
    LaterVersion,
    /// The settings say that nothing is to be captured.
    Disabled,
    /// Any other fault of the file system.
    Io,
}

impl Reason {
    /// What `SpoolException::reason()` returns.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::ReadOnly => "readonly",
            Self::ForeignOwner => "foreign_owner",
            Self::ForeignSite => "foreign_site",
            Self::Unsafe => "unsafe",
            Self::LaterVersion => "later_version",
            Self::Disabled => "disabled",
            Self::Io => "io",
        }
    }
}

/// The event is not durable; its caller still owns it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SpoolError {
    /// What to branch on.
    pub reason: Reason,
    /// What to tell a person: names the file and what to do, never its content.
    pub message: String,
}

impl SpoolError {
    /// An error with a message of our own.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
        }
    }

    /// The system refused `what` (a verb phrase: "create the directory").
    pub fn from_io(what: &str, path: &Path, error: &io::Error) -> Self {
        let errno = error.raw_os_error().map(Errno::from_raw_os_error);
        let reason = match errno {
            Some(Errno::NOSPC | Errno::DQUOT) => Reason::Full,
            // Only an attacker puts a symlink where our files are.
            Some(Errno::LOOP) => Reason::Unsafe,
            Some(Errno::ROFS | Errno::ACCESS | Errno::PERM) => Reason::ReadOnly,
            _ => Reason::Io,
        };
        Self::new(reason, format!("cannot {what} {}: {error}", path.display()))
    }
}

/// Adds what was tried, and on which file, to a bare I/O error.
pub trait Context<T> {
    /// `what` is a verb phrase that reads after "cannot".
    ///
    /// # Errors
    /// The same failure as a [`SpoolError`].
    fn context(self, what: &str, path: &Path) -> Result<T, SpoolError>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, what: &str, path: &Path) -> Result<T, SpoolError> {
        self.map_err(|error| SpoolError::from_io(what, path, &error))
    }
}

impl<T> Context<T> for rustix::io::Result<T> {
    fn context(self, what: &str, path: &Path) -> Result<T, SpoolError> {
        self.map_err(|error| SpoolError::from_io(what, path, &io::Error::from(error)))
    }
}
