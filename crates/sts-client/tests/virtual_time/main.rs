//! The machines, in virtual time.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unchecked_time_subtraction,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "a test that goes wrong panics"
)]

mod call;
mod failover;
mod world;
