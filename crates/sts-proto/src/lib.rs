//! Huawei Cloud STS as messages.
#![forbid(unsafe_code)]

mod body;
mod secret;

pub use body::{Body, BodyWriter};
pub use secret::Secret;
