//! Credentials with the time of their issuer.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use sts_credentials::Credentials;
use sts_proto::service_date;
use time::OffsetDateTime;

use crate::platform::Now;

/// The longest exchange whose midpoint is taken as the time of the response. A response that was
/// read later was probably written long before.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(60);

/// The largest distance of a plausible `Date` from the expiration. No service issues credentials
/// for longer than a day, or expired ones.
const PLAUSIBLE: time::Duration = time::Duration::hours(48);

/// Credentials of one refresh, with the time of the server that issued them.
///
/// The issuer sets the expiration by its own clock, so it is compared with that clock and not with
/// the local one, which may be wrong by hours. A refresh that does not know the issuer's time
/// returns the credentials alone, by `into()`. Then the time that the client learned from STS is
/// used, or else the local clock.
///
/// ```
/// use std::time::Duration;
/// use http::{HeaderMap, HeaderValue};
/// use sts_client::Now;
/// use sts_client::proto::Credentials;
/// use sts_client::session::IssuedCredentials;
/// use time::macros::datetime;
///
/// let end = datetime!(2026-03-05 08:08:09 UTC);
/// let credentials = Credentials::temporary("HST", "secret", "token", end);
/// let mut headers = HeaderMap::new();
/// headers.insert("date", HeaderValue::from_static("Thu, 05 Mar 2026 07:08:09 GMT"));
///
/// // The local clock is a day ahead.
/// let sent = Now::new(datetime!(2026-03-06 07:08:08 UTC), Duration::from_secs(40));
/// let received = sent.after(Duration::from_secs(2));
/// let issued = IssuedCredentials::from(credentials).with_date_of(&headers, sent, received);
/// assert_eq!(issued.issuer_time(received), Some(datetime!(2026-03-05 07:08:10 UTC)));
/// ```
#[derive(Clone, Debug)]
pub struct IssuedCredentials {
    credentials: Arc<Credentials>,
    /// The issuer's time at a reading of the monotonic clock.
    issuer_clock: Option<Now>,
}

impl IssuedCredentials {
    /// Sets the issuer's time from the `Date` of the response that contained the credentials. The
    /// response is assumed to be written in the middle between `sent` and `received`.
    ///
    /// A `Date` that is missing, invalid, from a cache (`Age`), or more than 48 hours from the
    /// expiration is ignored.
    #[must_use]
    pub fn with_date_of(self, headers: &HeaderMap, sent: Now, received: Now) -> Self {
        let took = received.monotonic.saturating_sub(sent.monotonic).min(LONGEST_EXCHANGE);
        let is_plausible = |date: &OffsetDateTime| match self.credentials.expiration {
            Some(expiration) => (expiration - *date).abs() <= PLAUSIBLE,
            None => true,
        };
        let date = service_date(headers).filter(is_plausible);
        let issuer_clock = date.map(|date| Now::new(date, sent.monotonic.saturating_add(took / 2)));
        Self { issuer_clock: issuer_clock.or(self.issuer_clock), ..self }
    }

    /// Returns the credentials.
    #[must_use]
    pub fn credentials(&self) -> &Arc<Credentials> {
        &self.credentials
    }

    /// Returns the credentials without the issuer's time.
    #[must_use]
    pub fn into_credentials(self) -> Arc<Credentials> {
        self.credentials
    }

    /// Returns the issuer's time at `now`, by the monotonic clock since the response; `None` if the
    /// response contained no usable `Date`.
    #[must_use]
    pub fn issuer_time(&self, now: Now) -> Option<OffsetDateTime> {
        let clock = self.issuer_clock?;
        Some(clock.after(now.monotonic.saturating_sub(clock.monotonic)).wall)
    }
}

impl From<Arc<Credentials>> for IssuedCredentials {
    fn from(credentials: Arc<Credentials>) -> Self {
        Self { credentials, issuer_clock: None }
    }
}

impl From<Credentials> for IssuedCredentials {
    fn from(credentials: Credentials) -> Self {
        Arc::new(credentials).into()
    }
}
