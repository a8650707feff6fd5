//! The program `sts`, against an emulator in this process.
#![cfg_attr(unix, expect(clippy::indexing_slicing, reason = "a test that goes wrong panics"))]
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

#[cfg(unix)]
mod assume;
#[cfg(target_os = "linux")]
mod assume_on_terminal;
#[cfg(unix)]
mod cache;
mod decode;
mod doctor;
#[cfg(unix)]
mod exec;
#[cfg(unix)]
mod exec_serve;
mod generated;
mod login;
mod login_page;
mod providers;
mod request;
mod request_explanation;
mod secrets;
mod sign_in;
mod support;
#[cfg(unix)]
mod unusable;
mod whoami;
