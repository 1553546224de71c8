//! One event, two renderings.
