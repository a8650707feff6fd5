//! The program `sts-emulator`.
#![forbid(unsafe_code)]
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod certificates;
mod container;
mod log;
mod options;
mod running;
mod start_and_stop;
