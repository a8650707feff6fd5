//! Reasons why no token is issued for a device code.

/// Reason why no token is issued for a device code.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PollError {
    Pending,
    SlowDown,
    Expired,
    Denied,
    /// Unknown, used already, or of another client.
    Unknown,
}

impl PollError {
    /// Returns the error of RFC 8628 and RFC 6749.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Pending => "authorization_pending",
            Self::SlowDown => "slow_down",
            Self::Expired => "expired_token",
            Self::Denied => "access_denied",
            Self::Unknown => "invalid_grant",
        }
    }

    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Pending => "the sign-in is not approved yet",
            Self::SlowDown => "the client polls too often; the interval is 5 seconds longer now",
            Self::Expired => "the device code has expired",
            Self::Denied => "the user denied the sign-in",
            Self::Unknown => "the device code is unknown, of another client or used already",
        }
    }
}
