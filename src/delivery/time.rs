//! The clocks that a sender goes by. A test brings its own, in which hours pass
//! without anybody waiting for them.

use std::time::{Duration, Instant};

use crate::process::{self, Waker};
use crate::spool::unix_now;

/// Time as a sender meets it.
pub trait Time {
    /// The time of day, unix seconds. It may jump, either way.
    fn unix(&self) -> i64;

    /// Seconds that the machine has been up. Nobody sets this clock, so that the
    /// time of day has jumped where the two move apart.
    fn since_boot(&self) -> i64;

    /// Names the machine and its start, from which those seconds are counted:
    /// several may take their turn at one spool.
    fn boot_id(&self) -> String;

    /// A clock that only goes forward.
    fn now(&self) -> Instant;

    /// Waits to be woken, at most this long; says whether it was.
    fn wait(&self, waker: &Waker, at_most: Duration) -> bool;
}

/// The machine's own clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

impl Time for Clock {
    fn unix(&self) -> i64 {
        unix_now()
    }

    fn since_boot(&self) -> i64 {
        process::since_boot()
    }

    fn boot_id(&self) -> String {
        process::boot_id().to_owned()
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wait(&self, waker: &Waker, at_most: Duration) -> bool {
        waker.wait(at_most)
    }
}
