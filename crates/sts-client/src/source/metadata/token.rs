//! The token that the metadata service asks for, and how long what is known of it holds.

use std::time::Duration;

use http::HeaderValue;

/// What is asked for: six hours, as the official SDKs do.
pub(super) const LIFETIME_SECONDS: u16 = 6 * 60 * 60;
/// It is not used in its last minute, so that it does not end on the way.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a service that had no tokens is taken not to have them, as in the official SDKs.
const WITHOUT: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of the token.
#[derive(Default)]
pub(super) enum Token {
    /// Nothing yet.
    #[default]
    Unknown,
    /// It is good until that tick.
    Kept { token: HeaderValue, until: Duration },
    /// The service is an old one that has none; until that tick this is not asked again.
    NotOffered { until: Duration },
}

impl Token {
    pub(super) fn kept(token: HeaderValue, asked_at: Duration) -> Self {
        let lifetime = Duration::from_secs(LIFETIME_SECONDS.into()).saturating_sub(MARGIN);
        Self::Kept { token, until: asked_at.saturating_add(lifetime) }
    }

    pub(super) fn not_offered(ticks: Duration) -> Self {
        Self::NotOffered { until: ticks.saturating_add(WITHOUT) }
    }

    /// Whether it has to be asked for before keys are.
    pub(super) fn is_due(&self, ticks: Duration) -> bool {
        match self {
            Self::Unknown => true,
            Self::Kept { until, .. } | Self::NotOffered { until } => *until <= ticks,
        }
    }

    /// What goes along with a request for keys.
    pub(super) fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Kept { token, .. } => Some(token.clone()),
            Self::Unknown | Self::NotOffered { .. } => None,
        }
    }
}
