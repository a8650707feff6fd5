//! Round trips between the client side and the server side, and arbitrary input to both.
#![cfg(feature = "server")]
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod errors;
mod junk;
mod operations;
mod responses;
mod routes;
mod text;
