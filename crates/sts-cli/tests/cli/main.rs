//! The program `sts`, against an emulator in this process.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod support;
mod whoami;
