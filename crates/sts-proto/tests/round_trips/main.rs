//! Both directions of the same definitions: what one side writes, the other reads back equal; and
//! neither side falls over what nobody wrote.
#![cfg(feature = "server")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod errors;
mod junk;
mod operations;
mod responses;
mod routes;
mod text;
