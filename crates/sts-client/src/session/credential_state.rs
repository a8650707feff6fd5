//! The state of the credentials of a session.

/// State of the credentials of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "there is nothing between and beyond")]
pub enum CredentialState {
    /// They are served without triggering a refresh.
    Fresh,
    /// They are served while a refresh is due or in flight.
    Stale,
    /// There are none, or they expire too soon to be served. Callers wait for a refresh.
    Expired,
}

impl CredentialState {
    /// Returns the name of the value, for metrics and logs: `fresh`, `stale` or `expired`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Expired => "expired",
        }
    }
}
