//! Synchronization primitives of sessions, pools and the state that calls share.
//!
//! Re-exports in every build but one: under `--cfg shuttle`, the tests of this crate replace them
//! with models whose every operation is a scheduling point, so that `tests/concurrency` can explore
//! interleavings. `Arc` is the one of the standard library in both: its operations do not block,
//! and the operations between them are scheduling points.

#[cfg(all(test, shuttle))]
mod model;

#[cfg(all(test, shuttle))]
pub(crate) use self::model::{ArcSwap, Condvar, Event, EventListener, OnceLock};
#[cfg(not(all(test, shuttle)))]
pub(crate) use arc_swap::ArcSwap;
#[cfg(not(all(test, shuttle)))]
pub(crate) use event_listener::{Event, EventListener};
#[cfg(all(test, shuttle))]
pub(crate) use shuttle::sync::{
    Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64},
};
#[cfg(not(all(test, shuttle)))]
pub(crate) use std::sync::{
    Condvar, Mutex, MutexGuard, OnceLock,
    atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64},
};
