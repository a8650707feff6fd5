//! Two endpoints of STS that fail in a scenario.

use std::time::Duration;

use http::{Response, StatusCode};
use sts_client::proto::{Body, Endpoint, Region};
use sts_client::transport::{TransportError, TransportErrorKind};
use sts_client::{Exchange, proto};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use super::scenario::{Failure, Scenario};
use crate::service::index;

/// An outcome, and how long it takes.
pub(crate) type Reply = (Duration, Result<Response<Body>, TransportError>);

const LATENCY: Duration = Duration::from_millis(50);

/// The difference between a signing date and the service's clock that the service accepts.
const ACCEPTED_SKEW: time::Duration = time::Duration::minutes(15);

pub(crate) struct Cloud<'a> {
    scenario: &'a Scenario,
    rng: fastrand::Rng,
    /// Requests that are served beyond the limit of a brown-out, and the second of the last refill.
    tokens: f64,
    refilled: f64,
    limit: f64,
    /// Requests of each second, at both endpoints.
    pub(crate) load: Vec<u32>,
}

pub(crate) fn endpoints() -> [Endpoint; 2] {
    [Endpoint::from(Region::AP_SOUTHEAST_1), Endpoint::from(Region::AP_SOUTHEAST_3)]
}

pub(crate) fn date(elapsed: Duration) -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH + elapsed
}

impl<'a> Cloud<'a> {
    /// `mean` is the usual load in requests per second.
    pub(crate) fn new(scenario: &'a Scenario, mean: f64, seed: u64) -> Self {
        let rng = fastrand::Rng::with_seed(seed);
        let load = vec![0; index(scenario.end())];
        Self { scenario, rng, tokens: 0.0, refilled: 0.0, limit: mean / 2.0, load }
    }

    /// The lifetime of credentials.
    pub(crate) fn lifetime(&self) -> Duration {
        Duration::from_secs(self.scenario.lifetime.into())
    }

    fn is_failing(&self, elapsed: Duration) -> bool {
        let failing = self.scenario.failing();
        (u64::from(failing.start)..u64::from(failing.end)).contains(&elapsed.as_secs())
    }

    /// Responds to a request. A silent endpoint takes longer than any timeout.
    pub(crate) fn respond(&mut self, exchange: &Exchange, elapsed: Duration) -> Reply {
        let second = usize::try_from(elapsed.as_secs()).unwrap_or(usize::MAX);
        if let Some(requests) = self.load.get_mut(second) {
            *requests += 1;
        }
        if self.is_failing(elapsed) {
            let [first, _] = endpoints();
            let is_first = exchange.request.uri().host() == Some(first.host());
            match self.scenario.failure {
                Failure::Outage => return refused(),
                Failure::FirstRefuses if is_first => return refused(),
                Failure::FirstIsSilent if is_first => {
                    let timeout = TransportError::maybe_sent(TransportErrorKind::Timeout);
                    return (Duration::MAX, Err(timeout));
                }
                Failure::BrownOut => {
                    if self.rng.u8(..3) == 0 {
                        return error(503, "STS5.0001", "unavailable", elapsed);
                    }
                    if !self.has_capacity(elapsed) {
                        let message = "The throttling threshold has been reached";
                        return error(429, "APIGW.0308", message, elapsed);
                    }
                }
                Failure::RejectedKeys => {
                    let message = "Incorrect IAM authentication information: ak not exist";
                    return error(401, "APIGW.0301", message, elapsed);
                }
                _ => {}
            }
        }
        let signed = signing_date(exchange);
        if signed.is_none_or(|signed| (signed - date(elapsed)).abs() > ACCEPTED_SKEW) {
            let message = "Incorrect IAM authentication information: verify aksk signature fail";
            return error(401, "APIGW.0301", message, elapsed);
        }
        let end = date(elapsed) + self.lifetime();
        let end = end.format(&Rfc3339).unwrap_or_default();
        let json = format!(
            r#"{{"credentials":{{"access_key_id":"HST","secret_access_key":"s",
            "security_token":"t","expiration":"{end}"}},
            "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:a/b","id":"i:b"}}}}"#,
        );
        response(200, json, elapsed)
    }

    /// A bucket that holds ten seconds of the limit, and one request at least.
    fn has_capacity(&mut self, elapsed: Duration) -> bool {
        let now = elapsed.as_secs_f64();
        let refill = (now - self.refilled) * self.limit;
        self.tokens = (self.tokens + refill).min((self.limit * 10.0).max(1.0));
        self.refilled = now;
        let has_capacity = self.tokens >= 1.0;
        if has_capacity {
            self.tokens -= 1.0;
        }
        has_capacity
    }
}

fn refused() -> Reply {
    (Duration::from_millis(5), Err(TransportError::not_sent(TransportErrorKind::Connect)))
}

fn error(status: u16, code: &str, message: &str, elapsed: Duration) -> Reply {
    response(status, format!(r#"{{"error_code":"{code}","error_msg":"{message}"}}"#), elapsed)
}

fn response(status: u16, json: String, elapsed: Duration) -> Reply {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let mut response = Response::new(proto::Body::from(json.into_bytes()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    let written = date(elapsed).format(&format).unwrap_or_default();
    if let Ok(written) = http::HeaderValue::try_from(written) {
        response.headers_mut().insert(http::header::DATE, written);
    }
    (LATENCY, Ok(response))
}

fn signing_date(exchange: &Exchange) -> Option<OffsetDateTime> {
    let date = exchange.request.headers().get("x-sdk-date")?.to_str().ok()?;
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    Some(PrimitiveDateTime::parse(date, format).ok()?.assume_utc())
}
