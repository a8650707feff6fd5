//! The emulator over real sockets.
#![forbid(unsafe_code)]

mod caller;
mod sessions;
