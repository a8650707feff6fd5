//! Drives credential providers with recorded responses.

use std::sync::Arc;

use http::Request;
use sts_client::session::{IssuedCredentials, RefreshProvider};
use sts_client::test_util::{TestClock, TestEnvironment};
use sts_client::{CallContext, CallPolicy, Clock, Platform, StateMachine, Step};
use sts_proto::{Body, Credentials, Endpoint, Region};
use time::macros::datetime;

use super::outcome::{Fields, Outcome};
use super::recorded::RecordedResponse;
use super::{Failure, equal};

/// Requests of one refresh, and its outcome.
pub(crate) struct Refresh {
    pub(crate) requests: Vec<Request<Body>>,
    /// `None` if the refresh sends more requests than there are responses.
    pub(crate) outcome: Option<Result<Arc<Credentials>, sts_client::Error>>,
}

/// Runs a refresh of `provider` until it has used all `responses`, without credentials of a client.
pub(crate) fn run(
    provider: &impl RefreshProvider,
    environment: &TestEnvironment,
    responses: &[RecordedResponse],
) -> Result<Refresh, Failure> {
    // A vector has the responses of one attempt.
    let policy = CallPolicy::default().attempts(1);
    let context = CallContext::new([Endpoint::from(Region::CN_NORTH_4)], policy);
    let clock = TestClock::new(datetime!(2026-03-05 07:08:09 UTC));
    let platform = Platform::new(clock.clone(), environment.clone());
    let mut refresh = provider.begin(&platform, &context).map_err(|error| error.to_string())?;
    let mut requests = Vec::new();
    let mut responses = responses.iter();
    loop {
        match refresh.step(clock.now()) {
            Step::Send(exchange) => {
                requests.push(exchange.request);
                let Some(response) = responses.next() else {
                    return Ok(Refresh { requests, outcome: None });
                };
                refresh.receive(Ok(response.response()?), clock.now());
            }
            Step::Wait(duration) => clock.advance(duration),
            Step::Credentials(_) => return Err("requests credentials of the client".to_owned()),
            Step::Done(outcome) => {
                let outcome = outcome.map(IssuedCredentials::into_credentials);
                let rest = responses.count();
                equal("number of unused responses", &rest.to_string(), "0")?;
                return Ok(Refresh { requests, outcome: Some(outcome) });
            }
        }
    }
}

/// Converts the outcome of a refresh. `names` are the paths of access key id, secret access key,
/// security token and expiration in the response.
pub(crate) fn outcome(refresh: Refresh, names: [&str; 4]) -> Result<Outcome, Failure> {
    let outcome = refresh.outcome.ok_or("sends another request")?;
    let [id, secret, token, expiration] = names;
    Ok(Outcome::of_provider(outcome.map(|credentials| {
        let mut fields = Fields::from([
            (id.to_owned(), credentials.access_key_id.clone()),
            (secret.to_owned(), credentials.secret_access_key.expose_secret().to_owned()),
        ]);
        if let Some(value) = &credentials.security_token {
            fields.insert(token.to_owned(), value.expose_secret().to_owned());
        }
        if let Some(end) = credentials.expiration {
            fields
                .insert(format!("{expiration}_unix_nanos"), end.unix_timestamp_nanos().to_string());
        }
        fields
    })))
}
