//! Why a call was refused; each kind becomes one PHP exception.
//!
//! It must not know those exceptions.

use std::fmt;

use crate::event::Fault;
use crate::spool::SpoolError;

/// A call that was refused.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// Options or ini settings that cannot be used: `ConfigException`.
    Config(Vec<Fault>),
    /// An event that cannot be sent: `InvalidEventException`.
    Invalid(Vec<Fault>),
    /// An event that is not durable: `SpoolException`.
    Spool {
        /// What to branch on: [`crate::spool::Reason::as_str`].
        reason: &'static str,
        /// For a person.
        message: String,
    },
}

impl From<SpoolError> for Refusal {
    fn from(error: SpoolError) -> Self {
        Self::Spool {
            reason: error.reason.as_str(),
            message: error.message,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, faults) = match self {
            Self::Spool { message, .. } => return f.write_str(message),
            Self::Config(faults) => ("The relay cannot be set up", faults),
            Self::Invalid(faults) => ("The event cannot be sent", faults),
        };
        f.write_str(what)?;
        for (index, fault) in faults.iter().enumerate() {
            write!(f, "{} {fault}", if index == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
