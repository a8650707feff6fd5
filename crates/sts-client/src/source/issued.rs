//! Credentials with the time of their issuer, and the JSON of the local services.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, Response};
use serde::Deserialize;
use serde_json::error::Category;
use sts_credentials::CredentialsError;
use sts_proto::{Body, Credentials, Secret, service_date};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::sendable::{sendable, sendable_id};
use crate::platform::Now;

/// The longest exchange whose midpoint is taken as the time of the response. A response that was
/// read later was probably written long before.
const LONGEST_EXCHANGE: Duration = Duration::from_secs(60);

/// The largest distance of a plausible `Date` from the expiration. No service issues credentials
/// for longer than a day, or expired ones.
const PLAUSIBLE: time::Duration = time::Duration::hours(48);

/// Credentials of one refresh, with the time of the server that issued them.
///
/// The expiration is a time of the issuer's clock, so it is compared with that clock and not with
/// the local one, which may be wrong by hours. A refresh that does not know the issuer's time
/// returns the credentials alone, by `into()`. Then the time that the client learned from STS is
/// used, or else the local clock.
///
/// ```
/// use std::time::Duration;
/// use http::{HeaderMap, HeaderValue};
/// use sts_client::Now;
/// use sts_client::proto::Credentials;
/// use sts_client::source::IssuedCredentials;
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

/// A local service that issues credentials, with its field names.
pub(super) struct Issuer {
    pub(super) name: &'static str,
    pub(super) credentials: &'static str,
    pub(super) access: &'static str,
    pub(super) secret: &'static str,
    pub(super) token: &'static str,
    pub(super) expiration: &'static str,
}

/// One format with two spellings: that of the metadata service, and in `alias` that of the agent.
#[derive(Deserialize)]
struct Content {
    #[serde(alias = "credentials")]
    credential: Option<Fields>,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(alias = "accessKeyId")]
    access: Option<String>,
    #[serde(default, alias = "secretAccessKey")]
    #[serde(deserialize_with = "sts_proto::secret_json::deserialize_option")]
    secret: Option<Secret>,
    #[serde(default, alias = "securityToken")]
    #[serde(deserialize_with = "sts_proto::secret_json::deserialize_option")]
    securitytoken: Option<Secret>,
    #[serde(alias = "expiration")]
    expires_at: Option<String>,
}

impl Issuer {
    /// Parses the credentials of a successful response. Errors name the issuer and the field, and
    /// never quote the response.
    pub(super) fn read(
        &self,
        response: &Response<Body>,
        sent: Now,
        received: Now,
    ) -> Result<IssuedCredentials, CredentialsError> {
        let credentials = self.read_body(response.body()).map_err(|complaint| {
            CredentialsError::new(format!("invalid response of {}: {complaint}", self.name))
        })?;
        let issued = IssuedCredentials::from(credentials);
        Ok(issued.with_date_of(response.headers(), sent, received))
    }

    fn read_body(&self, body: &Body) -> Result<Credentials, String> {
        // The decoder's own message may quote a secret.
        let content: Content =
            serde_json::from_slice(body.as_ref()).map_err(|error| match error.classify() {
                Category::Data => "unexpected type of a field, or a duplicate field".to_owned(),
                _ => "the body is not JSON".to_owned(),
            })?;
        let missing = |field| format!("missing field `{field}`");
        let fields = content.credential.ok_or_else(|| missing(self.credentials))?;
        let access = fields.access.ok_or_else(|| missing(self.access))?;
        let secret = fields.secret.ok_or_else(|| missing(self.secret))?;
        let token = fields.securitytoken.ok_or_else(|| missing(self.token))?;
        let expiration = fields.expires_at.ok_or_else(|| missing(self.expiration))?;
        for (field, checked) in [
            (self.access, sendable_id(&access)),
            (self.secret, sendable(secret.expose_secret())),
            (self.token, sendable(token.expose_secret())),
        ] {
            checked.map_err(|fault| format!("field `{field}` {fault}"))?;
        }
        let expiration = OffsetDateTime::parse(&expiration, &Rfc3339)
            .map_err(|_| format!("field `{}` is not RFC 3339", self.expiration))?;
        Ok(Credentials::temporary(access, secret, token, expiration))
    }
}
