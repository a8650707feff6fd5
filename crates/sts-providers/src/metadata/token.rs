//! The token that the metadata service requires, and its lifetime.

use std::time::Duration;

use http::HeaderValue;

/// The requested lifetime: six hours, as in the official SDKs.
pub(super) const LIFETIME_SECONDS: u16 = 6 * 60 * 60;
/// The token is not used in its last minute, so that it does not expire in transit.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a service without tokens is not asked for a token again, as in the official SDKs.
const WITHOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// State of the token.
#[derive(Default)]
pub(super) enum Token {
    /// Unknown.
    #[default]
    Unknown,
    /// It is valid until that monotonic time.
    Kept { token: HeaderValue, until: Duration },
    /// The service is an old one without tokens; it is not asked again until that monotonic time.
    NotOffered { until: Duration },
}

impl Token {
    pub(super) fn kept(token: HeaderValue, asked_at: Duration) -> Self {
        let lifetime = Duration::from_secs(LIFETIME_SECONDS.into()).saturating_sub(MARGIN);
        Self::Kept { token, until: asked_at.saturating_add(lifetime) }
    }

    pub(super) fn not_offered(monotonic: Duration) -> Self {
        Self::NotOffered { until: monotonic.saturating_add(WITHOUT) }
    }

    /// Whether a token is requested before the credentials.
    pub(super) fn is_due(&self, monotonic: Duration) -> bool {
        match self {
            Self::Unknown => true,
            Self::Kept { until, .. } | Self::NotOffered { until } => *until <= monotonic,
        }
    }

    /// Whether the service has issued a token, so that it exists.
    pub(super) fn is_kept(&self) -> bool {
        matches!(self, Self::Kept { .. })
    }

    /// Returns the header of a request for credentials.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Kept { token, .. } => Some(token.clone()),
            Self::Unknown | Self::NotOffered { .. } => None,
        }
    }
}
