//! Why a source has no keys.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Failure};
use crate::report::Report;

/// A source that could give no keys, and why.
///
/// It tells two cases apart. A source that is **not configured** has nothing to look at: its
/// variables are unset, its file is not there, the machine is no ECS. A [`Chain`](super::Chain)
/// goes on to the next one. Any other error is of a source that was set up and does not work, and
/// a chain stops there: whoever set it up wants these keys, not those of somebody else.
#[derive(Clone, Debug)]
pub struct SourceError {
    message: String,
    is_configured: bool,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl SourceError {
    /// One sentence that says what is wrong and where. No secret in it.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_configured: true, source: None }
    }

    /// The same for a source that is not configured: one sentence that says what is missing.
    #[must_use]
    pub fn not_configured(message: impl Into<String>) -> Self {
        Self { is_configured: false, ..Self::new(message) }
    }

    /// The same with its cause.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Some(source.into().into()), ..self }
    }

    /// A fetch was asked to go on after its end.
    pub(super) fn over() -> Self {
        Self::new("the fetch is over, its outcome has been given")
    }

    /// Whether the source is not configured, rather than out of order.
    #[must_use]
    pub const fn is_not_configured(&self) -> bool {
        !self.is_configured
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for SourceError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl From<SourceError> for Error {
    /// What a fetch failed for before it came to a call.
    fn from(error: SourceError) -> Self {
        Self::new("the fetch of keys", Failure::Credentials(error), Report::default())
    }
}

/// An error and its causes in one line.
pub(super) fn in_full(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
