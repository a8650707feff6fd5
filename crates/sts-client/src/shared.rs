//! State and rules that all calls of a client share, independent of a single call.

pub(crate) mod backoff;
pub(crate) mod clock_offset;
pub(crate) mod endpoint_pool;
pub(crate) mod rejected_keys;
pub(crate) mod retry_budget;
