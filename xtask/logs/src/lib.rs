//! Calls over each transport, and a record of all that they log. Each test is a process of its own,
//! because loggers and subscribers are global.
#![forbid(unsafe_code)]
#![expect(clippy::expect_used, reason = "a test stops where it fails")]

mod calls;
mod recorder;

pub use self::calls::make_calls;
pub use self::recorder::{Recorder, assert_no_secret, record_log, recorded};
