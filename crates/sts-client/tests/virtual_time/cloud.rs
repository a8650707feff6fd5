//! A service with several endpoints and its own clock, in virtual time, for blocking sessions.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use http::Response;
use sts_client::blocking;
use sts_client::transport::TransportErrorKind;
use sts_client::{Client, Clock, Exchange, Now, TransportError};
use sts_proto::{AssumeAgency, Body, Credentials};
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::world::{Answer, START, error, maybe_sent, not_sent, status};

/// How an endpoint handles requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Health {
    Healthy,
    Refused,
    BlackHole,
    Unavailable,
    /// The page of a load balancer with a wrong clock.
    BadGateway,
    /// The page of a captive portal, for all requests.
    Portal,
    Redirect,
    /// JSON of another server than the service.
    Foreign,
    /// A different failure for each request.
    Changing,
    /// Throttled, with a `Retry-After` in seconds.
    Throttled(Option<u8>),
}

/// The endpoints, the network and the local clock. Clones share their state.
#[derive(Clone)]
pub(crate) struct Cloud(Arc<Mutex<State>>);

struct State {
    elapsed: Duration,
    /// How far the local wall clock is ahead of the service's.
    skew: time::Duration,
    health: Vec<Health>,
    /// Like [`run`], from another reading of the clocks.
    since: Vec<Duration>,
    seed: u64,
    issued: u32,
    /// Changes the state of endpoints as time passes.
    weather: Option<Weather>,
}

type Weather = Box<dyn FnMut(Duration, &mut [Health], &mut time::Duration) + Send>;

impl Cloud {
    pub(crate) fn new(health: impl Into<Vec<Health>>) -> Self {
        let health = health.into();
        Self(Arc::new(Mutex::new(State {
            elapsed: Duration::ZERO,
            skew: time::Duration::ZERO,
            since: vec![Duration::ZERO; health.len()],
            health,
            seed: 0,
            issued: 0,
            weather: None,
        })))
    }

    pub(crate) fn with_weather(
        self,
        seed: u64,
        weather: impl FnMut(Duration, &mut [Health], &mut time::Duration) + Send + 'static,
    ) -> Self {
        let mut state = self.state();
        state.seed = seed;
        state.weather = Some(Box::new(weather));
        drop(state);
        self
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    pub(crate) fn session(&self) -> blocking::Session {
        let regions = ["ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"];
        let count = self.state().health.len();
        let mut builder = Client::builder(self.clone()).clock(self.clone());
        for region in &regions[..count] {
            builder = builder.region(*region);
        }
        let credentials = Credentials::permanent("HSTCALLER00000000001", "a1B2c3");
        let client = builder.credentials(credentials).build_blocking().unwrap();
        client.session(AssumeAgency::new("iam::0a1b2c3d4e5f:agency:backup", "nightly")).unwrap()
    }

    pub(crate) fn pass(&self, duration: Duration) {
        self.state().pass(duration);
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.state().elapsed
    }

    /// Returns the time by the service's clock.
    pub(crate) fn time(&self) -> OffsetDateTime {
        self.state().time()
    }

    /// Returns how long the longest healthy endpoint has been healthy.
    pub(crate) fn healthy_for(&self) -> Duration {
        let state = self.state();
        let healthy = state.health.iter().zip(&state.since);
        let healthy = healthy.filter(|(health, _)| **health == Health::Healthy);
        healthy.map(|(_, since)| state.elapsed - *since).max().unwrap_or_default()
    }
}

impl State {
    fn time(&self) -> OffsetDateTime {
        START + self.elapsed
    }

    fn pass(&mut self, duration: Duration) {
        self.elapsed += duration;
        if let Some(weather) = &mut self.weather {
            let before = self.health.clone();
            weather(self.elapsed, &mut self.health, &mut self.skew);
            for ((before, after), since) in before.iter().zip(&self.health).zip(&mut self.since) {
                if before != after {
                    *since = self.elapsed;
                }
            }
        }
    }

    fn respond(&mut self, exchange: &Exchange) -> Answer {
        let host = exchange.request.uri().host().unwrap();
        let index: usize = host.split('.').nth(1).unwrap()[13..].parse().unwrap();
        let health = match self.health[index - 1] {
            Health::Changing => self.any_failure(),
            health => health,
        };
        let wrong = http_date(self.time() + time::Duration::hours(3));
        let latency = match health {
            Health::BlackHole => exchange.limits.timeout,
            Health::Refused => Duration::from_millis(5),
            _ => Duration::from_millis(50),
        };
        let date = signing_date(exchange);
        let is_dated = (date - self.time()).abs() <= time::Duration::minutes(15);
        self.pass(latency);
        let right = http_date(self.time());
        match health {
            Health::Refused => not_sent(TransportErrorKind::Connect),
            Health::BlackHole => maybe_sent(TransportErrorKind::Timeout),
            Health::Unavailable => status(503),
            Health::BadGateway => page(502, &wrong),
            Health::Portal => page(200, &wrong),
            Health::Redirect => page(302, &wrong),
            Health::Throttled(wait) => {
                let wait = wait.map(|wait| wait.to_string());
                let wait = wait.as_deref().map(|wait| ("retry-after", wait));
                let headers: Vec<_> = wait.into_iter().chain([("date", &*right)]).collect();
                error(429, &headers, "APIGW.0308", "The throttling threshold has been reached")
            }
            Health::Foreign => {
                let response = Response::builder().status(403).header("date", &wrong);
                let body = br#"{"message":"blocked by policy"}"#.to_vec();
                Ok(response.body(Body::from(body)).unwrap())
            }
            Health::Changing => unreachable!("it is one of the others"),
            Health::Healthy if is_dated => Ok(self.issue(&right)),
            Health::Healthy => {
                let message =
                    "Incorrect IAM authentication information: verify aksk signature fail";
                error(401, &[("date", &right)], "APIGW.0301", message)
            }
        }
    }

    /// Returns one of all failures, chosen by the time.
    fn any_failure(&self) -> Health {
        let time = u64::try_from(self.elapsed.as_nanos()).unwrap_or_default();
        let failures = [
            Health::Refused,
            Health::BlackHole,
            Health::Unavailable,
            Health::BadGateway,
            Health::Portal,
            Health::Redirect,
            Health::Foreign,
            Health::Throttled(None),
            Health::Throttled(Some(5)),
        ];
        failures[fastrand::Rng::with_seed(time).usize(..failures.len())]
    }

    fn issue(&mut self, date: &str) -> Response<Body> {
        self.issued += 1;
        let (number, end) = (self.issued, self.time() + time::Duration::HOUR);
        let end = end.format(&Rfc3339).unwrap();
        let json = format!(
            r#"{{"credentials":{{"access_key_id":"HSTA{number:016}","secret_access_key":"s",
            "security_token":"t","expiration":"{end}"}},
            "assumed_agency":{{"urn":"sts::0a1b:assumed-agency:backup/nightly","id":"i:nightly"}}}}"#,
        );
        let response = Response::builder().header("date", date);
        response.body(Body::from(json.into_bytes())).unwrap()
    }
}

fn page(status: u16, date: &str) -> Answer {
    let response = Response::builder().status(status).header("date", date);
    Ok(response.body(Body::from(b"<html>a page</html>".to_vec())).unwrap())
}

/// Formats a date as in HTTP.
pub(crate) fn http_date(time: OffsetDateTime) -> String {
    let format = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    time.format(format).unwrap()
}

/// Returns the signing date of a request.
pub(crate) fn signing_date(exchange: &Exchange) -> OffsetDateTime {
    let date = exchange.request.headers()["x-sdk-date"].to_str().unwrap();
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(date, format).unwrap().assume_utc()
}

impl Clock for Cloud {
    fn now(&self) -> Now {
        let state = self.state();
        Now::new(state.time() + state.skew, state.elapsed)
    }

    fn seed(&self) -> u64 {
        let mut state = self.state();
        state.seed += 1;
        state.seed
    }
}

impl blocking::Transport for Cloud {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        self.state().respond(&exchange)
    }

    fn sleep(&self, duration: Duration) {
        self.pass(duration);
    }
}
