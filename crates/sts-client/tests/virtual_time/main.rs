//! Tests of the state machines in virtual time.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unchecked_time_subtraction,
    clippy::unnecessary_wraps,
    clippy::unwrap_used,
    reason = "a test that goes wrong panics"
)]

mod blocking_session;
mod call;
mod clock;
mod cloud;
mod failover;
mod failover_load;
mod fleet;
mod half_open;
mod issued;
mod keys;
mod proxy;
mod rejections;
mod retries;
mod session;
mod session_drivers;
mod session_ends;
mod session_errors;
mod session_interleavings;
mod session_machine;
mod session_status;
mod session_tasks;
mod session_uses;
mod session_waits;
mod session_world;
mod soak;
mod waits;
mod world;
