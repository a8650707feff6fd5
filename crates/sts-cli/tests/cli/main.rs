//! The program `sts`, against an emulator in this process.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod decode;
mod login;
mod providers;
mod request;
mod support;
mod whoami;
