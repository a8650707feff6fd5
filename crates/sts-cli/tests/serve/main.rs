//! `sts serve`, run as a process, against an emulator in this process.
#![cfg(unix)]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that goes wrong panics"
)]

mod attacks;
mod outage;
mod overload;
mod providers;
mod server;
mod start_and_stop;
#[path = "../cli/support.rs"]
#[expect(dead_code, reason = "the tests of the other commands use more of it")]
mod support;
mod upstream;
