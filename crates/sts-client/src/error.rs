//! Errors of calls and sessions.

mod call;
mod facts;
mod session;

pub use self::call::{Error, Failure};
pub(crate) use self::facts::resolve;
pub use self::session::SessionError;
