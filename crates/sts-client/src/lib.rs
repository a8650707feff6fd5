//! Machines and clients for Huawei Cloud STS, over any HTTP stack.
#![forbid(unsafe_code)]

mod now;
pub mod transport;

pub use now::Now;
pub use sts_proto as proto;
pub use transport::{BlockingTransport, Exchange, Limits, Transport, TransportError};
