//! Why a session has no keys.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use sts_proto::ErrorKind;

use crate::error::Error;
use crate::source::SourceError;

/// Why a session has no keys: its last fetch failed, and there are none that are still good.
///
/// One fetch is told to all who wait for it, so the error is shared.
#[derive(Clone, Debug)]
pub struct SessionError(Cause);

#[derive(Clone, Debug)]
enum Cause {
    Call(Arc<Error>),
    Source(Arc<SourceError>),
    Session { kind: ErrorKind, message: &'static str },
}

impl SessionError {
    pub(super) const ENDED: Self = Self::new(
        ErrorKind::Credentials,
        "the service gave keys that had ended already; is one of the clocks wrong?",
    );
    pub(super) const TOO_SOON: Self = Self::new(
        ErrorKind::Credentials,
        "keys ended or were refused soon after they came; others are fetched in a moment",
    );
    pub(super) const PANICKED: Self = Self::new(
        ErrorKind::Credentials,
        "the fetch of keys panicked; the panic's own message says where",
    );
    pub(super) const STUCK: Self = Self::new(
        ErrorKind::Timeout,
        "the fetch of keys did not end in its time: the transport or the source of keys holds it up",
    );
    pub(super) const GONE: Self =
        Self::new(ErrorKind::Credentials, "the session was dropped before its fetch began");

    const fn new(kind: ErrorKind, message: &'static str) -> Self {
        Self(Cause::Session { kind, message })
    }

    /// What happened, in terms of what to do now.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match &self.0 {
            Cause::Call(error) => error.kind(),
            Cause::Source(_) => ErrorKind::Credentials,
            Cause::Session { kind, .. } => *kind,
        }
    }

    /// The call that failed, if it came to one.
    #[must_use]
    pub fn call(&self) -> Option<&Error> {
        match &self.0 {
            Cause::Call(error) => Some(error),
            Cause::Source(_) | Cause::Session { .. } => None,
        }
    }
}

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self(Cause::Call(Arc::new(error)))
    }
}

impl From<SourceError> for SessionError {
    fn from(error: SourceError) -> Self {
        Self(Cause::Source(Arc::new(error)))
    }
}

impl From<SessionError> for SourceError {
    fn from(error: SessionError) -> Self {
        Self::new("the session that gives the keys has none").with_source(error)
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Cause::Call(error) => error.fmt(f),
            Cause::Source(error) => error.fmt(f),
            Cause::Session { message, .. } => f.write_str(message),
        }
    }
}

impl StdError for SessionError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            Cause::Call(error) => error.source(),
            Cause::Source(error) => error.source(),
            Cause::Session { .. } => None,
        }
    }
}
